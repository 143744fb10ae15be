#include "transport/message.h"

namespace branchline::transport {

const char* name_of(Refusal refusal) noexcept {
  switch (refusal) {
    case Refusal::none:
      return "none";
    case Refusal::not_ready:
      return "not_ready";
    case Refusal::overloaded:
      return "overloaded";
    case Refusal::expired:
      return "expired";
    case Refusal::draining:
      return "draining";
    case Refusal::unknown_model:
      return "unknown_model";
    case Refusal::bad_request:
      return "bad_request";
    case Refusal::incompatible:
      return "incompatible";
    case Refusal::failed:
      return "failed";
    case Refusal::too_large:
      return "too_large";
    case Refusal::cancelled:
      return "cancelled";
    case Refusal::denied:
      return "denied";
  }
  return "unknown";
}

std::uint64_t payload_bytes(const std::vector<WireTensor>& tensors) noexcept {
  std::uint64_t bytes = 0;
  for (const WireTensor& tensor : tensors) bytes += tensor.encoded.payload_bytes;
  return bytes;
}

}  // namespace branchline::transport
