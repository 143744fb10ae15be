#include "apps/lab/experiments/faults/edge_fault.h"

#include <gtest/gtest.h>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

TEST(EdgeFault, IsFoundByItsName) {
  EXPECT_EQ(all_edge_faults().size(), 9U);
  for (const EdgeFault fault : all_edge_faults()) {
    EXPECT_EQ(edge_fault_from_name(name_of(fault), "--fault"), fault);
  }
}

TEST(EdgeFault, IsRefusedWithTheNamesThereAre) {
  try {
    edge_fault_from_name("flood", "--fault");
    FAIL() << "there is none";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("blackhole"), std::string::npos);
  }
}

}  // namespace
}  // namespace branchline::lab
