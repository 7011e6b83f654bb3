"""The network with weights from disk."""

from __future__ import annotations

from pathlib import Path

from learning.weights import read_weights

from volume_network.network import Design, VolumeNetwork


def load_weights(path: Path) -> VolumeNetwork:
    """What `learning.weights.save_weights` wrote, ready to be used or trained further."""
    stored = read_weights(path)
    network = VolumeNetwork(Design(**stored.design))
    network.load_state_dict(stored.state)
    return network
