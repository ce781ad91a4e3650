"""Pictures: those of the workspace, and the one that is drawn for each issue."""
