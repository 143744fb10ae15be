#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace branchline::transport {

/// XXH3-64 of a frame's payload section, fed in pieces of any size: a receiver feeds what each read
/// brought while it is still in the cache. About 13 us for 588 KiB (46 GB/s) where libxxhash picks
/// the processor's vector instructions at run time. Allocates once. Not thread-safe.
class PayloadChecksum {
 public:
  PayloadChecksum();
  ~PayloadChecksum();

  void reset();
  void add(std::span<const std::byte> bytes);
  std::uint64_t value() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace branchline::transport
