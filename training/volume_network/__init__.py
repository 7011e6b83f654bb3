"""The volumetric network: what it is trained on, how, and how it is judged."""
