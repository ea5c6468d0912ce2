"""Template apps that ship with Ruleloom."""
