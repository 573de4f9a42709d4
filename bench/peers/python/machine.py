"""What a trial says of its process and of the machine meanwhile; the Python side of machine.mjs and memory.mjs."""
import os
import re
import resource
import time


def peak_bytes():
    """The most that was resident so far."""
    try:
        with open("/proc/self/status") as status:
            return 1024 * int(re.search(r"^VmHWM:\s+(\d+)", status.read(), re.M)[1])
    except OSError:
        return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def busy_seconds():
    """Time that all processors spent busy or lost to the hypervisor; NaN where the system does not tell."""
    try:
        with open("/proc/stat") as stat:
            user, nice, system, _, _, irq, softirq, steal = map(int, stat.readline().split()[1:9])
        return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return float("nan")


def watch_others():
    """Starts to watch; the function returned tells the share of all processors that others took since."""
    busy, own, start = busy_seconds(), time.process_time(), time.perf_counter()

    def share():
        others = busy_seconds() - busy - (time.process_time() - own)
        return max(0.0, others / ((time.perf_counter() - start) * os.cpu_count()))

    return share
