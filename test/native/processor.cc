// Leaving a processor: the thread is elsewhere afterwards and may run where it might before; where it may run nowhere
// else, nothing happens.
#include "base/processor.h"

#include <string>
#include <thread>

#if defined(__linux__)
#include <sched.h>
#endif

#include "harness.h"

using namespace albert;
using namespace albert::test;

#if defined(__linux__)
namespace {

// On a thread of its own, so that the masks of this test stay there.
template <class Work>
std::string on_own_thread(const Work& work) {
  std::string problem;
  std::thread([&] { problem = work(); }).join();
  return problem;
}

cpu_set_t own_mask() {
  cpu_set_t mask;
  sched_getaffinity(0, sizeof mask, &mask);
  return mask;
}

}  // namespace
#endif

TEST(processor_leave) {
#if defined(__linux__)
  const cpu_set_t allowed = own_mask();
  if (CPU_COUNT(&allowed) < 2) return skip("processor leave", "this process may use one processor only");
  const std::string problem = on_own_thread([&]() -> std::string {
    int moved = 0;
    constexpr int kRounds = 20;
    for (int round = 0; round < kRounds; round++) {
      const int before = current_processor();
      Processors taken;
      taken.set(static_cast<size_t>(before));
      if (!leave(taken)) return "was refused";
      // The system may put it back at once, but not every time.
      moved += current_processor() != before;
      const cpu_set_t mask = own_mask();
      if (!CPU_EQUAL(&mask, &allowed)) return "changed where the thread may run";
    }
    return moved > kRounds / 2 ? "" : "moved " + std::to_string(moved) + " of " + std::to_string(kRounds) + " times";
  });
  conclude("processor leave", problem);
#else
  skip("processor leave", "only Linux tells");
#endif
}

TEST(processor_stays_without_a_choice) {
#if defined(__linux__)
  const std::string problem = on_own_thread([]() -> std::string {
    const int here = current_processor();
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(static_cast<size_t>(here), &only);
    if (sched_setaffinity(0, sizeof only, &only) != 0) return "cannot be pinned";
    Processors taken;
    taken.set(static_cast<size_t>(here));
    if (leave(taken)) return "says that it moved";
    const cpu_set_t mask = own_mask();
    if (!CPU_EQUAL(&mask, &only)) return "changed where the thread may run";
    return current_processor() == here ? "" : "is elsewhere";
  });
  conclude("processor stays without a choice", problem);
#else
  skip("processor stays without a choice", "only Linux tells");
#endif
}
