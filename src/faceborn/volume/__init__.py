"""A photo of a face to the solid behind it, by a convolutional network: Jackson et al. 2017."""
