#include "base/arena.h"

#include <cstdlib>
#include <new>
#include <string>
#include <utility>

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>
#endif

#include "base/error.h"

namespace albert {
namespace {

// Blocks from this size on are mapped: glibc keeps freed blocks in the heap of the thread that took them, and raises
// its own limit for mapping with each large block that is freed, so weights would stay resident after dispose().
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__)  // AddressSanitizer sees only what comes from operator new
constexpr int64_t kMapped = int64_t{128} << 10;
#else
constexpr int64_t kMapped = INT64_MAX;
#endif

#if defined(__linux__)

constexpr int64_t kHugePage = int64_t{2} << 20;

// At a multiple of a huge page where the block is as large as one.
std::byte* map(int64_t size) {
  const int64_t spare = size >= kHugePage ? kHugePage : 0;
  if (size > INT64_MAX - spare) return nullptr;
  const size_t total = static_cast<size_t>(size + spare);
  void* const address = mmap(nullptr, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (address == MAP_FAILED) return nullptr;
  auto* const start = static_cast<std::byte*>(address);
  if (spare == 0) return start;
  const size_t before = (kHugePage - reinterpret_cast<uintptr_t>(start) % kHugePage) % kHugePage;
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t end = before + (static_cast<size_t>(size) + page - 1) / page * page;
  if (before > 0) munmap(start, before);
  if (end < total) munmap(start + end, total - end);
  madvise(start + before, static_cast<size_t>(size), MADV_HUGEPAGE);
  return start + before;
}

void unmap(std::byte* data, int64_t size) { munmap(data, static_cast<size_t>(size)); }

#else

std::byte* map(int64_t) { return nullptr; }
void unmap(std::byte*, int64_t) {}

#endif

}  // namespace

Arena::Arena(int64_t size_bytes) : size_(size_bytes) {
  if (size_bytes == 0) return;
  data_ = size_bytes >= kMapped ? map(size_bytes)
                                : static_cast<std::byte*>(::operator new(static_cast<size_t>(size_bytes),
                                                                         std::align_val_t(kAlignment), std::nothrow));
  if (data_ == nullptr) {
    throw Error("OUT_OF_MEMORY", "Could not allocate " + std::to_string(size_bytes) + " bytes of native memory.");
  }
}

Arena::~Arena() {
  if (data_ == nullptr) return;
  if (size_ >= kMapped) {
    unmap(data_, size_);
  } else {
    ::operator delete(data_, std::align_val_t(kAlignment));
  }
}

Arena::Arena(Arena&& other) noexcept { *this = std::move(other); }

Arena& Arena::operator=(Arena&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(used_, other.used_);
  return *this;
}

void* Arena::take_bytes(int64_t bytes) {
  if (bytes > size_ - used_) {
    throw Error("OUT_OF_MEMORY", "An arena of " + std::to_string(size_) + " bytes was asked for " +
                                     std::to_string(used_ + bytes) + "; its size was computed wrongly.");
  }
  void* piece = data_ + used_;
  used_ += bytes;
  return piece;
}

}  // namespace albert
