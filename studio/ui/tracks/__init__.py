"""The track list: rows show tracks and ask; the panel turns what they ask into named steps of the document."""
