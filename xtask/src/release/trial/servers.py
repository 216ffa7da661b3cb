"""Answers every name with 127.0.0.1 on port 53, and every request over TLS as Ashby answers a key that it does not know.

Prints the port of the latter, and ends when its input does.
"""

import http.server
import socket
import ssl
import sys
import threading


def answer_names(names):
    while True:
        question, asker = names.recvfrom(512)
        end = 12
        while question[end]:
            end += question[end] + 1
        end += 5
        is_ipv4 = question[end - 4 : end - 2] == b"\x00\x01"
        header = question[:2] + b"\x81\x80\x00\x01" + (b"\x00\x01" if is_ipv4 else b"\x00\x00") + b"\x00" * 4
        found = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x7f\x00\x00\x01" if is_ipv4 else b""
        names.sendto(header + question[12:end] + found, asker)


class Ashby(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        body = b'{"success":false,"errorInfo":{"code":"invalid_api_key"},"errors":["invalid_api_key"]}'
        self.send_response(401)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
names.bind(("127.0.0.1", 53))
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ashby)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
server.socket = context.wrap_socket(server.socket, server_side=True)
for task, arguments in [(answer_names, (names,)), (server.serve_forever, ())]:
    threading.Thread(target=task, args=arguments, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
