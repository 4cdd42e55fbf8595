# Sourced by run and test: sets $python to a Python that Continuo can use (3.11 to 3.14, as torch and PySide6 offer).
# The checkout's own .venv comes first: it is the quickest to ask.
python=
for candidate in "$here/../.venv/bin/python" python3 python3.14 python3.13 python3.12 python3.11 python; do
    if "$candidate" -S -E -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "Continuo needs Python 3.11 to 3.14; on Debian or Ubuntu type: sudo apt-get install python3 python3-venv" >&2
    exit 1
fi
