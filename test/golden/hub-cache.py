"""Makes the folder hub-cache beside it: the cache that Python's huggingface_hub leaves when it fetches a model.
usage: python hub-cache.py      (needs huggingface_hub 2.4)
The model is the one in ../fixtures/text-ranking; a server in this process stands for the hub."""
import hashlib
import os
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

here = Path(__file__).parent
model = here / "../fixtures/text-ranking"
cache = here / "hub-cache"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.answer()

    def answer(self):
        path = model / self.path.split("/")[-1]
        content = path.read_bytes() if path.exists() else b""
        self.send_response(200 if path.exists() else 404)
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Content-Length", str(len(content)))
        if not path.exists():
            self.send_header("X-Error-Code", "EntryNotFound")
        elif path.suffix == ".safetensors":
            self.send_header("X-Linked-Etag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Linked-Size", str(len(content)))
        else:
            blob = b"blob %d\0" % len(content) + content
            self.send_header("ETag", f'"{hashlib.sha1(blob).hexdigest()}"')
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
threading.Thread(target=server.serve_forever, daemon=True).start()
os.environ["HF_ENDPOINT"] = f"http://127.0.0.1:{server.server_port}"
import huggingface_hub  # noqa: E402  it reads the variable when it is loaded

shutil.rmtree(cache, ignore_errors=True)
for file in ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"]:
    try:
        huggingface_hub.hf_hub_download("org/tiny", file, cache_dir=cache)
    except huggingface_hub.errors.EntryNotFoundError:
        print(f"{file} is not there, as it should be")
shutil.rmtree(cache / ".locks")
