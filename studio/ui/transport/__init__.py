"""The bar at the top: buttons of actions, where the playhead is, and the tempo, metre and key that hold there."""
