#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace branchline::testing {

/// A server and clients of ours against a peer that sends any bytes over loopback.
class HandshakeBytes {
 public:
  HandshakeBytes();
  ~HandshakeBytes();

  /// What must hold: our side closes soon after the peer has said all it will say, tells its
  /// listener so once and as the last thing, and what it sent are whole frames.
  ///
  /// The first byte of `input` tells whether we are the client, whether checksums are put right
  /// and whether the rest comes in two pieces. @returns whether the listener heard any message.
  /// Anything thrown is a bug.
  bool check(std::span<const std::byte> input);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace branchline::testing
