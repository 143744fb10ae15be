#include "transport/transport_error.h"

#include <utility>

namespace branchline::transport {
namespace {

class TransportCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "branchline.transport"; }

  std::string message(int code) const override {
    switch (static_cast<TransportErrc>(code)) {
      case TransportErrc::not_branchline:
        return "not the Branchline protocol";
      case TransportErrc::incompatible:
        return "incompatible protocol version";
      case TransportErrc::corrupt:
        return "checksum mismatch";
      case TransportErrc::too_large:
        return "above a limit";
      case TransportErrc::malformed:
        return "malformed frame";
      case TransportErrc::not_tls:
        return "TLS on one side only";
      case TransportErrc::not_trusted:
        return "certificate not accepted";
      case TransportErrc::wrong_token:
        return "token not accepted";
      case TransportErrc::overloaded:
        return "no room";
    }
    return "unknown transport error";
  }
};

}  // namespace

const std::error_category& transport_category() noexcept {
  static const TransportCategory category;
  return category;
}

std::error_code make_error_code(TransportErrc code) noexcept {
  return {static_cast<int>(code), transport_category()};
}

FrameFault make_fault(TransportErrc code, std::string sentence) {
  return {make_error_code(code), std::move(sentence)};
}

}  // namespace branchline::transport
