"""What training one network has in common with training another: runs, weights, files."""
