#include "base/cgroup.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#if defined(__linux__)
#include <fcntl.h>
#include <unistd.h>
#endif

namespace albert {
namespace {

#if defined(__linux__)

constexpr size_t kPath = 4096;

// The beginning of a file as a C string; false if it cannot be read.
template <size_t N>
bool read_text(const char* path, char (&text)[N]) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const ssize_t count = read(file, text, N - 1);
  close(file);
  if (count < 0) return false;
  text[count] = '\0';
  return true;
}

double tighter(double a, double b) { return a > 0 && b > 0 ? std::min(a, b) : std::max(a, b); }

// "200000 100000" or "max 100000"; the names of version 1 hold one number each.
double quota_in(const char* folder) {
  char path[kPath + 32];
  char text[64];
  std::snprintf(path, sizeof path, "%s/cpu.max", folder);
  double quota = 0;
  double period = 0;
  if (read_text(path, text)) {
    char* rest = nullptr;
    quota = std::strtod(text, &rest);
    if (rest == text) return 0;
    period = std::strtod(rest, nullptr);
  } else {
    std::snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", folder);
    if (!read_text(path, text)) return 0;
    quota = std::strtod(text, nullptr);
    std::snprintf(path, sizeof path, "%s/cpu.cfs_period_us", folder);
    if (!read_text(path, text)) return 0;
    period = std::strtod(text, nullptr);
  }
  return quota > 0 && period > 0 ? quota / period : 0;
}

// A group is bound by the quotas of all groups above it too. Inside a container the path may name a group of the host
// that is not mounted; then the mount's own root is what remains.
double quota_up_from(const char* root, const char* group) {
  char folder[kPath];
  if (std::snprintf(folder, sizeof folder, "%s%s", root, group) >= static_cast<int>(sizeof folder)) return 0;
  const size_t stop = std::strlen(root);
  double least = 0;
  for (size_t length = std::strlen(folder); length >= stop;) {
    folder[length] = '\0';
    least = tighter(least, quota_in(folder));
    if (length == stop) break;
    while (length > stop && folder[length] != '/') length--;
  }
  return least;
}

// True if the comma-separated `list` holds `cpu`.
bool lists_cpu(const char* list) {
  for (const char* at = list; at != nullptr; at = std::strchr(at, ',') ? std::strchr(at, ',') + 1 : nullptr) {
    if (std::strncmp(at, "cpu", 3) == 0 && (at[3] == ',' || at[3] == '\0')) return true;
  }
  return false;
}

#endif

}  // namespace

double cgroup_processors([[maybe_unused]] const char* root, [[maybe_unused]] const char* membership) {
  double least = 0;
#if defined(__linux__)
  char text[kPath];
  if (!read_text(membership, text)) text[0] = '\0';
  least = quota_up_from(root, "/cpu");  // with the root itself
  // Lines of "id:controllers:/group"; no controllers = version 2.
  for (char* line = text; *line != '\0';) {
    char* const end = line + std::strcspn(line, "\n");
    const bool last = *end == '\0';
    *end = '\0';
    char* const controllers = std::strchr(line, ':');
    char* const group = controllers == nullptr ? nullptr : std::strchr(controllers + 1, ':');
    if (group != nullptr) {
      *group = '\0';
      if (controllers[1] == '\0') {
        least = tighter(least, quota_up_from(root, group + 1));
      } else if (lists_cpu(controllers + 1)) {
        char mount[kPath];
        std::snprintf(mount, sizeof mount, "%s/cpu", root);
        least = tighter(least, quota_up_from(mount, group + 1));
      }
    }
    if (last) break;
    line = end + 1;
  }
#endif
  return least;
}

}  // namespace albert
