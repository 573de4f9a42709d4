#include "cpu/rows.h"

#include "base/cpu_features.h"
#include "base/error.h"
#include "cpu/row.h"

namespace albert::cpu {
namespace {

struct Entry {
  Row row;
  Install install;
};

// isa.def, read once: best last.
const std::vector<Entry>& entries() {
  static const std::vector<Entry> all = [] {
    const CpuFeatures& f = cpu_features();
    std::vector<Entry> list;
#define ISA(name, condition) \
  list.push_back({{#name, install_##name != nullptr, install_##name != nullptr && (condition)}, install_##name});
#include "cpu/isa.def"
#undef ISA
    return list;
  }();
  return all;
}

[[noreturn]] void refuse(const std::string& isa) {
  std::string usable;
  for (const Row& row : rows()) {
    if (isa == row.name) {
      throw Error("UNSUPPORTED_ISA", "The instruction set '" + isa + "' " +
                                         (row.compiled ? "cannot run on this processor" : "is not part of this build") +
                                         " (" + cpu_features().name + ").");
    }
    if (row.usable) usable += (usable.empty() ? "" : ", ") + std::string(row.name);
  }
  throw Error("UNSUPPORTED_ISA", "There is no instruction set '" + isa + "'; this processor can run " + usable + ".");
}

}  // namespace

const std::vector<Row>& rows() {
  static const std::vector<Row> all = [] {
    std::vector<Row> list = {{"reference", true, true}};
    for (const Entry& entry : entries()) list.push_back(entry.row);
    return list;
  }();
  return all;
}

Ops<float> float_ops(const std::string& isa) {
  Ops<float> ops;
  bool found = isa.empty() || isa == ops.name;
  if (isa == ops.name) return ops;
  for (const Entry& entry : entries()) {
    if (entry.row.usable) entry.install(ops);
    if (isa != entry.row.name) continue;
    if (!entry.row.usable) refuse(isa);
    found = true;
    break;
  }
  if (!found) refuse(isa);
  return ops;
}

Ops<double> double_ops() { return {}; }

}  // namespace albert::cpu
