"""Where the five points of CenterFace lie on the head, for embedding the scheme "centerface_5".

Measured on 40 London training people at three views each against the dense mesh: of all its 478
points these are nearest, and their remaining noise (percent of the outer-eye-corner distance) is
given beside them. The nose is not the tip (vertex 4: 10.9 %) but a little below.
"""

from __future__ import annotations

# In the scheme's order. A number is a vertex of the mesh of 478 points; 468 and 473 are the centres
# of the irises, which on the head model are the pupils of eye_right and eye_left.
MESH_VERTICES = (468, 473, 1, 61, 291)
SIGMA_PERCENT = (6.4, 5.3, 6.2, 5.4, 5.7)
