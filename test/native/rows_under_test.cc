#include "rows_under_test.h"

#include "cpu/rows.h"

const std::vector<albert::test::TestRow>& albert::test::rows_under_test() {
  static const std::vector<TestRow> all = [] {
    std::vector<TestRow> list;
    for (const cpu::Row& row : cpu::rows()) {
      if (row.usable) list.push_back({row.name, cpu::float_ops(row.name), list.size() > 0});
    }
    TestRow emulated = {"emulated", {}, true};
    install_emulated(emulated.ops);
    list.push_back(emulated);
    emulated.name = "emulated_tiles";
    install_emulated_tiles(emulated.ops);
    list.push_back(emulated);
    return list;
  }();
  return all;
}
