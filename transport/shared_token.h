#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace branchline::transport {

/// A secret that edge and devices share and that never travels: each side proves that it knows it
/// (docs/protocol.md, "Token"). Immutable.
class SharedToken {
 public:
  static constexpr std::size_t kMinBytes = 16;
  static constexpr std::size_t kMaxBytes = 1024;

  /// `where` names the origin in errors. @throws InputError when it is too short or too long.
  SharedToken(std::string secret, const std::string& where);

  /// The first line of a file that its owner alone can read.
  /// @throws InputError when it cannot be read, others may read it, or the token is too short.
  static SharedToken from_file(const std::string& path, const std::string& where);

  enum class Prover { client, server };

  /// HMAC-SHA-256, 32 bytes. `binding` ties it to the TLS connection; empty without TLS.
  std::string proof(Prover prover, std::string_view server_nonce, std::string_view client_nonce,
                    std::string_view binding) const;

 private:
  std::string secret_;
};

/// 32 bytes that nobody can guess. @throws RunError when the system has none.
std::string random_nonce();

/// Compares without telling by its time where they differ.
bool same_secret(std::string_view a, std::string_view b) noexcept;

}  // namespace branchline::transport
