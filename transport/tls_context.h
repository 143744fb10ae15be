#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "transport/security.h"

struct ssl_ctx_st;
struct ssl_st;

namespace branchline::transport {

struct FreeSsl {
  void operator()(ssl_ctx_st* context) const noexcept;
  void operator()(ssl_st* connection) const noexcept;
};
using SslPtr = std::unique_ptr<ssl_st, FreeSsl>;

/// Certificates, keys and rules of one side, read once and shared by its connections: TLS 1.3 and
/// nothing older. Immutable; safe from any thread.
class TlsContext {
 public:
  using Fingerprint = std::array<std::uint8_t, 32>;  ///< SHA-256 of a certificate

  /// @throws InputError naming the flag and the file that cannot be used.
  static std::shared_ptr<const TlsContext> for_server(const ServerSecrets& secrets);
  static std::shared_ptr<const TlsContext> for_client(const ClientSecrets& secrets);

  /// A connection of that side. `host` (client): the name that the server is asked for.
  /// @throws std::bad_alloc
  SslPtr open(const std::string& host) const;

  bool server() const noexcept { return server_; }
  const std::string& ca_file() const noexcept { return ca_file_; }
  const std::optional<Fingerprint>& fingerprint() const noexcept { return fingerprint_; }

 private:
  explicit TlsContext(bool server);

  std::unique_ptr<ssl_ctx_st, FreeSsl> context_;
  bool server_ = false;
  std::string ca_file_;
  std::optional<Fingerprint> fingerprint_;
};

}  // namespace branchline::transport
