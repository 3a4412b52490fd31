"""The real `writ serve` on a world, and the states that cases put it in."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time

ROUTES = """version: 1
hosts: [api.northbank.example]
routes:
  - {method: GET, path: "/consents/{consent}", action: 'Action::"readConsent"', resource: {type: Consent, id: "{consent}"}}
"""


def connected(listener):
    """A connection to a listener, on which nothing is said."""
    if "address" in listener:
        host, port = listener["address"].rsplit(":", 1)
        return socket.create_connection((host, int(port)))
    made = socket.socket(socket.AF_UNIX)
    made.connect(listener["socket"])
    return made


class Service:
    def __init__(self, program, world, listeners):
        self.program = program
        self.folder = world.folder
        self.log = self.folder / "writ.log"
        self.process = None
        self.state = None
        self.kept = {}
        self.idle = []
        self.listeners = listeners
        (self.folder / "run").mkdir(exist_ok=True)
        (self.folder / "writ.yaml").write_text(world.configuration(listeners))
        self.writ("store", "import", str(self.folder / "entities.json"))
        self.start()

    def writ(self, *words):
        """Runs a command on the service's store."""
        done = subprocess.run(
            [self.program, *words, "--config", str(self.folder / "writ.yaml")],
            capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"writ {' '.join(words)}: {done.stdout}{done.stderr}")

    def start(self):
        words = "answering HTTP" if "http" in self.listeners else "serving"
        logged = self.said(words)
        self.process = self.serve()
        self.wait(words, logged)

    def serve(self):
        return subprocess.Popen(
            [self.program, "serve", "--config", str(self.folder / "writ.yaml")],
            stdout=subprocess.DEVNULL, stderr=self.log.open("a"))

    def stop(self):
        self.process.kill()
        self.process.wait()

    def said(self, words):
        return self.log.read_text().count(words) if self.log.exists() else 0

    def wait(self, words, times):
        for _ in range(300):
            if self.said(words) > times:
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        sys.exit(f"`writ serve` never said `{words}`:\n{self.log.read_text()}")

    # The log

    def cause(self, decision):
        """Why a decision was a denial; `policies` when they say so."""
        for _ in range(40):
            for line in self.log.read_text(errors="replace").splitlines():
                with contextlib.suppress(ValueError):
                    entry = json.loads(line)
                    if "decisionId" in entry and entry["decisionId"] == decision:
                        return entry["decisions"][0].get("cause", "policies")
            time.sleep(0.05)
        return "none logged"

    # Faults

    def halt(self):
        """The service gets no time; one thread is told, and the others until then answer."""
        process = self.process.pid
        os.kill(process, signal.SIGSTOP)
        threads = pathlib.Path(f"/proc/{process}/task")
        while any(thread.read_text().rpartition(")")[2].split()[0] != "T"
                  for thread in threads.glob("*/stat")):
            time.sleep(0.001)

    def freeze(self, seconds):
        """The service gets no time for so long."""
        process = self.process.pid
        self.halt()
        threading.Timer(seconds, os.kill, [process, signal.SIGCONT]).start()

    def occupy(self):
        """Takes all connections of the listener before the gateway can."""
        self.stop()
        self.start()
        listener = (next(iter(self.listeners.get("http", [])), None)
                    or self.listeners.get("spoe") or self.listeners["envoy"])
        for _ in range(listener.get("maximumConnections", 256)):
            self.idle.append(connected(listener))
        time.sleep(0.2)

    def damage(self):
        """Overwrites the store's pages while they are in use."""
        with (self.folder / "store/data.mdb").open("r+b") as file:
            self.kept["store/data.mdb"] = file.read()
            file.seek(2 * 4096)
            file.write(bytes(len(self.kept["store/data.mdb"]) - 2 * 4096))

    # States

    def enter(self, state):
        """Gets from the state of the last case, None being the usual one, to that of the next."""
        if state == self.state:
            return
        if self.state:
            self.leave(self.state)
        self.state = state
        match state:
            case None:
                pass
            case "policies broken":
                self.change("policies.cedar", lambda text: text + "\npermit (", "NOT RELOADED")
            case "policies empty":
                self.change("gateway.cedar", lambda text: "// none\n", "policies reloaded")
                self.change("policies.cedar", lambda text: "// none\n", "policies reloaded")
            case "obligation unknown":
                self.change(
                    "gateway.cedar", lambda text: text.replace("mask:iban", "shred:iban"),
                    "NOT RELOADED")
            case "routes broken":
                self.change("routes.yaml", lambda text: "version: 1\nroutes: 5\n", "NOT RELOADED")
            case "routes fewer":
                self.change("routes.yaml", lambda text: ROUTES, "routes reloaded")
            case "frozen":
                self.halt()
            case "late":
                self.freeze(0.75)
            case "overloaded":
                self.occupy()
            case "damaged store":
                self.damage()
            case "down":
                self.stop()
            case "no store":
                self.stop()
                (self.folder / "store").rename(self.folder / "moved")
                if self.serve().wait(10) == 0:
                    sys.exit("`writ serve` ended well without a store")
            case _:
                sys.exit(f"unknown state `{state}`")

    def leave(self, state):
        match state:
            case "frozen":
                os.kill(self.process.pid, signal.SIGCONT)
            case "late":
                time.sleep(0.75)
            case "overloaded":
                for connection in self.idle:
                    connection.close()
                self.idle = []
                time.sleep(0.2)
            case "damaged store":
                with (self.folder / "store/data.mdb").open("r+b") as file:
                    file.write(self.kept.pop("store/data.mdb"))
            case "down":
                self.start()
            case "no store":
                (self.folder / "moved").rename(self.folder / "store")
                self.start()
            case _:
                words = "routes reloaded"
                logged = self.said(words)
                for name, text in self.kept.items():
                    (self.folder / name).write_text(text)
                self.kept = {}
                self.wait(words, logged)

    def change(self, name, edit, words):
        """Changes a file and waits until the service says that it saw it."""
        file = self.folder / name
        logged = self.said(words)
        self.kept[name] = file.read_text()
        file.write_text(edit(self.kept[name]))
        self.wait(words, logged)
