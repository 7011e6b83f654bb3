"""The outputs of the exported network, in order."""

OUTPUTS = ("points", "irises", "rotation", "expression", "face", "parts")
