"""Our face network: dense points, pose, expression and parts of a face seen from any side."""
