"""``python -m klasteryste``."""

from klasteryste.cli import main

main()
