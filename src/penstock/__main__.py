"""`python -m penstock`: the command line."""

import sys

from penstock.apps.cli.main import main

sys.exit(main())
