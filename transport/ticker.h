#pragma once

#include <functional>
#include <memory>

#include "framework/base/clock.h"
#include "transport/channel.h"

namespace branchline::transport {

/// Calls something on the I/O thread whenever it says it is due. After the destructor has returned
/// it is not called any more; never destroy a ticker from its own call.
class Ticker {
 public:
  /// @param tick  @returns when to call it again
  Ticker(IoThread& io, std::function<TimePoint()> tick);
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace branchline::transport
