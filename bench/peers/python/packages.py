"""Which of the packages named as arguments are installed: {"torch": "2.15.0", "nncf": null} on stdout."""
import importlib.metadata
import json
import sys


def version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


print(json.dumps({name: version(name) for name in sys.argv[1:]}))
