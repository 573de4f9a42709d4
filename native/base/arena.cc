#include "base/arena.h"

#include <cstdlib>
#include <new>
#include <string>
#include <utility>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "base/error.h"

namespace albert {
namespace {

constexpr int64_t kHugePage = int64_t{2} << 20;

}  // namespace

Arena::Arena(int64_t size_bytes) : size_(size_bytes) {
  if (size_bytes == 0) return;
  const int64_t alignment = size_bytes >= kHugePage ? kHugePage : kAlignment;
  data_ = static_cast<std::byte*>(
      ::operator new(static_cast<size_t>(size_bytes), std::align_val_t(alignment), std::nothrow));
  if (data_ == nullptr) {
    throw Error("OUT_OF_MEMORY", "Could not allocate " + std::to_string(size_bytes) + " bytes of native memory.");
  }
#if defined(__linux__)
  if (size_bytes >= kHugePage) madvise(data_, static_cast<size_t>(size_bytes), MADV_HUGEPAGE);
#endif
}

Arena::~Arena() {
  if (data_ != nullptr) ::operator delete(data_, std::align_val_t(size_ >= kHugePage ? kHugePage : kAlignment));
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
