"""Where templates lie, and whether the workspace's are sound."""
