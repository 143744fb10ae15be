#pragma once

#include <string>

#include "framework/base/error.h"

namespace branchline::testing {

/// What the InputError says that `act` throws; empty when it throws none.
template <class Act>
std::string failure_of(Act act) {
  try {
    act();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace branchline::testing
