"""Everything with Qt: one window over one `studio.session.Studio`.

    commands/        every action, declared once: id, title, key, when it is enabled, what it does
    actions, action_binding      the list, and the menus, buttons and shortcuts made from it
    roll/ lanes/     the painted note area, its gestures and lanes; RollContext is the view's own state
    tracks/ transport/ models/   the panels around it
    audition/        models side by side below the roll, and bars put together from several takes
    why/             what models say of notes: surprise, attention, other notes, next notes
    dialogs/         palette, `?` sheet, preferences (made from the declared settings), files, recovery
    main_window      puts the parts together; window_* are its parts that need no widget
    pulse, jobs      the two doorways from other threads: news of engine and player, and files

The window owns no music. It calls the studio, and listens: the document tells what changed, the studio tells a
topic, and each part shows what it finds. Widgets never change the document; they call wishes or actions, and
whatever goes wrong there is one of the session's troubles, whose sentence `MainWindow.attempt` shows.
Names from files are shown as plain text only. torch is never imported here, pyqtgraph not before the first take.
"""
