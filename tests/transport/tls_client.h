#pragma once

#include <memory>
#include <string>

#include "transport/asio.h"
#include "transport/tls_context.h"

namespace branchline::transport::testing {

/// A TLS client without manners: it sends what OpenSSL's own connections would not. Connect
/// `socket`, blocking or not, then shake_hands().
class TlsClient {
 public:
  explicit TlsClient(asio::io_context& context);
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  /// Goes on with the handshake. @returns whether it is over
  bool shake_hands();

  bool say(const std::string& text);  ///< in a record of its own
  void renew_keys();
  void ask_for_new_keys();
  void read_all();  ///< what is there, and forgets it

  /// The next record, of any kind, with that content: to be written to `socket` by hand, and then
  /// all others too.
  std::string record(unsigned char kind, const std::string& content);

  asio::ip::tcp::socket socket;

 private:
  std::unique_ptr<ssl_ctx_st, FreeSsl> rules_;
  SslPtr connection_;
  std::string secret_;  ///< of what the client sends
  char records_ = 0;    ///< made by hand
};

}  // namespace branchline::transport::testing
