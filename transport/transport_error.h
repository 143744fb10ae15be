#pragma once

#include <string>
#include <system_error>

namespace branchline::transport {

/// What was wrong with bytes from a peer. Never thrown: it closes the channel with a sentence.
enum class TransportErrc {
  not_branchline = 1,  ///< the first bytes are no frame of ours
  incompatible,        ///< a protocol this side does not speak
  corrupt,             ///< a checksum does not match
  too_large,           ///< a length above the cap
  malformed,           ///< lengths, counts or numbers that contradict each other
  not_tls,             ///< one side speaks TLS, the other does not
  not_trusted,         ///< a certificate that is missing or wrong
  wrong_token,         ///< a token that is missing or wrong
  overloaded,          ///< no room or memory left for it
};

const std::error_category& transport_category() noexcept;
std::error_code make_error_code(TransportErrc code) noexcept;

/// The code for programs, the sentence for people.
struct FrameFault {
  std::error_code code;
  std::string sentence;

  explicit operator bool() const noexcept { return static_cast<bool>(code); }
};

FrameFault make_fault(TransportErrc code, std::string sentence);

}  // namespace branchline::transport

template <>
struct std::is_error_code_enum<branchline::transport::TransportErrc> : std::true_type {};
