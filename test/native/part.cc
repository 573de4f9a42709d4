// share(): the shares of all parts are the whole, in order, cut at multiples of the grain and nearly equal.
#include "base/part.h"

#include <string>

#include "harness.h"

using namespace albert;
using namespace albert::test;

TEST(part_share) {
  std::string problem;
  for (const int64_t total : {0, 1, 2, 15, 16, 17, 100, 30000}) {
    for (const int64_t grain : {1, 4, 16, 32}) {
      for (const int count : {1, 2, 3, 7, 64}) {
        int64_t next = 0;
        for (int index = 0; index < count; index++) {
          const Range own = share(total, grain, {index, count});
          const int64_t most = ((total + grain - 1) / grain + count - 1) / count * grain;
          const bool right = own.begin == next && own.end >= own.begin && own.end - own.begin <= most &&
                             (own.begin % grain == 0 || own.begin == total);
          if (!right) {
            problem = "share " + std::to_string(index) + " of " + std::to_string(count) + " of " +
                      std::to_string(total) + " by " + std::to_string(grain);
          }
          next = own.end;
        }
        if (next != total) problem = "the shares of " + std::to_string(total) + " end at " + std::to_string(next);
      }
    }
  }
  conclude("part share", problem);
}
