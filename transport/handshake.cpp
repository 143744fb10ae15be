#include "transport/handshake.h"

namespace branchline::transport {
namespace {

using Next = HandshakeStep::Next;

constexpr std::size_t kMinNonceBytes = 32;
constexpr std::size_t kMaxNonceBytes = 64;

HandshakeStep failed(TransportErrc code, std::string sentence) {
  return {Next::fail, {}, make_fault(code, std::move(sentence))};
}

bool good_nonce(const std::string& nonce) {
  return nonce.size() >= kMinNonceBytes && nonce.size() <= kMaxNonceBytes;
}

}  // namespace

HandshakeStep ServerHandshake::take(const Body& body, const std::string& binding) {
  if (expects_ == Expects::nothing) return {};
  if (expects_ == Expects::proof) {
    if (const auto* proof = std::get_if<Proof>(&body)) return check(*proof, binding);
    return failed(TransportErrc::wrong_token, "the answer to a Challenge must be a Proof");
  }
  if (!std::holds_alternative<Hello>(body)) {
    return failed(TransportErrc::malformed, "the first message must be a Hello");
  }
  if (token_ && expects_ == Expects::hello) return challenge();
  return {Next::stand, {}, {}};
}

HandshakeStep ServerHandshake::challenge() {
  nonce_ = random_nonce();
  expects_ = Expects::proof;
  return {Next::wait, {Challenge{nonce_}}, {}};
}

HandshakeStep ServerHandshake::check(const Proof& proof, const std::string& binding) {
  using Prover = SharedToken::Prover;
  const bool right =
      good_nonce(proof.nonce) &&
      same_secret(token_->proof(Prover::client, nonce_, proof.nonce, binding), proof.mac);
  expects_ = right ? Expects::proven_hello : Expects::nothing;
  if (!right) {
    return failed(TransportErrc::wrong_token,
                  "the token is wrong: give both sides the same --token-file");
  }
  welcome_proof_ = token_->proof(Prover::server, nonce_, proof.nonce, binding);
  return {};
}

FrameFault ServerHandshake::too_late(const std::string& within) const {
  const char* missing = expects_ == Expects::proof ? "no Proof came" : "no Hello came";
  return make_fault(TransportErrc::malformed, missing + within);
}

HandshakeStep ClientHandshake::take(const Body& body, const std::string& binding) {
  if (std::holds_alternative<Refused>(body)) return {Next::end, {}, {}};
  if (const auto* challenge = std::get_if<Challenge>(&body)) return answer(*challenge, binding);
  if (const auto* welcome = std::get_if<Welcome>(&body)) return check(*welcome);
  return failed(TransportErrc::malformed, "it did not answer the Hello with a Welcome");
}

HandshakeStep ClientHandshake::answer(const Challenge& challenge, const std::string& binding) {
  using Prover = SharedToken::Prover;
  if (!token_) {
    return failed(TransportErrc::wrong_token,
                  "it asks for a token: give --token-file (docs/security.md)");
  }
  if (expected_proof_ || !good_nonce(challenge.nonce)) {
    return failed(TransportErrc::malformed, "it sent a Challenge that makes no sense");
  }
  const std::string nonce = random_nonce();
  expected_proof_ = token_->proof(Prover::server, challenge.nonce, nonce, binding);
  Proof proof{nonce, token_->proof(Prover::client, challenge.nonce, nonce, binding)};
  return {Next::wait, {std::move(proof), hello_}, {}};
}

HandshakeStep ClientHandshake::check(const Welcome& welcome) const {
  if (!token_) return {Next::stand, {}, {}};
  if (!expected_proof_) {
    return failed(TransportErrc::wrong_token,
                  "it did not ask for the token: it runs without --token-file, or is another edge");
  }
  if (!same_secret(*expected_proof_, welcome.proof)) {
    return failed(TransportErrc::wrong_token, "it does not know the token: is it another edge?");
  }
  return {Next::stand, {}, {}};
}

FrameFault ClientHandshake::too_late(const std::string& within) const {
  return make_fault(TransportErrc::malformed, "it did not answer" + within);
}

}  // namespace branchline::transport
