"""Registration of a landmark network's points to the head model: parts of register_landmarks.py."""
