"""python -m faceborn"""

from faceborn.cli import main

raise SystemExit(main())
