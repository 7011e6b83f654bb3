"""How assets/head.npz is made from the ICT-FaceKit light model, and how it is looked at."""
