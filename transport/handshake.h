#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "transport/message.h"
#include "transport/shared_token.h"
#include "transport/transport_error.h"

namespace branchline::transport {

/// What a message that comes before the connection stands leads to.
struct HandshakeStep {
  enum class Next {
    wait,   ///< say `replies` and wait for more
    stand,  ///< the message goes to the listener and the connection stands
    end,    ///< the server refused: the message goes to the listener, then the connection ends
    fail,   ///< `fault` says why
  };
  Next next = Next::wait;
  std::vector<Body> replies;
  FrameFault fault;
};

/// One side of the opening of a connection (docs/protocol.md, "Opening" and "Token"), without a
/// socket. `binding` is ByteStream::channel_binding(). take() on one thread.
class Handshake {
 public:
  virtual ~Handshake() = default;
  virtual HandshakeStep take(const Body& body, const std::string& binding) = 0;

  /// What nobody came to say in time, for people.
  virtual FrameFault too_late(const std::string& within) const = 0;

  /// Whether a Welcome must carry welcome_proof(), which is fixed once a Hello was let through.
  virtual bool asks_for_token() const { return false; }
  virtual std::string welcome_proof() const { return {}; }
};

/// Waits for a Hello. With a token: forgets the first one, challenges, checks the proof, and then
/// waits for the Hello again, so that nothing of a stranger's is kept.
class ServerHandshake final : public Handshake {
 public:
  explicit ServerHandshake(std::shared_ptr<const SharedToken> token) : token_(std::move(token)) {}

  HandshakeStep take(const Body& body, const std::string& binding) override;
  FrameFault too_late(const std::string& within) const override;
  bool asks_for_token() const override { return token_ != nullptr; }
  std::string welcome_proof() const override { return welcome_proof_; }

 private:
  enum class Expects { hello, proof, proven_hello, nothing };

  HandshakeStep challenge();
  HandshakeStep check(const Proof& proof, const std::string& binding);

  const std::shared_ptr<const SharedToken> token_;
  Expects expects_ = Expects::hello;
  std::string nonce_;
  std::string welcome_proof_;
};

/// Said its Hello already; answers a Challenge and checks that the server knows the token too.
class ClientHandshake final : public Handshake {
 public:
  ClientHandshake(std::shared_ptr<const SharedToken> token, Hello hello)
      : token_(std::move(token)), hello_(std::move(hello)) {}

  HandshakeStep take(const Body& body, const std::string& binding) override;
  FrameFault too_late(const std::string& within) const override;

 private:
  HandshakeStep answer(const Challenge& challenge, const std::string& binding);
  HandshakeStep check(const Welcome& welcome) const;

  const std::shared_ptr<const SharedToken> token_;
  const Hello hello_;
  std::optional<std::string> expected_proof_;  ///< once challenged
};

}  // namespace branchline::transport
