#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>
#include <map>
#include <set>

#include "framework/base/error.h"
#include "tests/transport/certificates.h"
#include "tests/transport/channel_pairs.h"
#include "tests/transport/sample_messages.h"
#include "transport/handshake.h"
#include "transport/shared_token.h"

namespace branchline::transport::testing {
namespace {

using namespace std::chrono_literals;
using Next = HandshakeStep::Next;
using Prover = SharedToken::Prover;

const std::string kSecret = "correct horse battery staple";

std::shared_ptr<const SharedToken> token_of(const std::string& secret) {
  return std::make_shared<SharedToken>(secret, "test");
}

std::string hex_of(const std::string& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += kDigits[static_cast<unsigned char>(byte) >> 4];
    text += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

std::string counted(unsigned char first) {
  std::string bytes(32, '\0');
  for (char& byte : bytes) byte = static_cast<char>(first++);
  return bytes;
}

/// The lines of the block ```token of docs/protocol.md: name, two spaces or more, value.
std::map<std::string, std::string> documented_vector() {
  std::ifstream page(BRANCHLINE_SOURCE_DIR "/docs/protocol.md");
  std::map<std::string, std::string> values;
  std::string line;
  while (std::getline(page, line) && line != "```token") {
  }
  while (std::getline(page, line) && line != "```") {
    const auto gap = line.find("  ");
    values[line.substr(0, gap)] = line.substr(line.find_first_not_of(' ', gap));
  }
  return values;
}

TEST(SharedToken, ProofsAreThoseOfTheDocument) {
  const auto page = documented_vector();
  ASSERT_EQ(page.size(), 7u);
  ASSERT_EQ(page.at("server nonce"), hex_of(counted(0x00)));
  ASSERT_EQ(page.at("client nonce"), hex_of(counted(0x20)));
  ASSERT_EQ(page.at("binding"), hex_of(counted(0x40)));
  const auto token = token_of(page.at("secret"));
  const auto proof = [&](Prover prover, const std::string& binding) {
    return hex_of(token->proof(prover, counted(0x00), counted(0x20), binding));
  };
  EXPECT_EQ(proof(Prover::client, ""), page.at("mac"));
  EXPECT_EQ(proof(Prover::server, ""), page.at("proof"));
  EXPECT_EQ(proof(Prover::client, counted(0x40)), page.at("bound mac"));
}

TEST(SharedToken, EveryPartOfAProofCounts) {
  const auto token = token_of(kSecret);
  const std::set<std::string> proofs = {
      token->proof(Prover::client, "a", "b", ""),
      token->proof(Prover::server, "a", "b", ""),
      token->proof(Prover::client, "b", "a", ""),
      token->proof(Prover::client, "ab", "", ""),
      token->proof(Prover::client, "a", "b", "c"),
      token->proof(Prover::client, "a", "bc", ""),
      token_of(kSecret + "!")->proof(Prover::client, "a", "b", "")};
  EXPECT_EQ(proofs.size(), 7u);
}

struct TokenPair {
  std::unique_ptr<ServerHandshake> server;
  std::unique_ptr<ClientHandshake> client;
};

TokenPair handshakes(const std::string& server_secret, const std::string& client_secret) {
  const auto maybe = [](const std::string& secret) {
    return secret.empty() ? nullptr : token_of(secret);
  };
  return {std::make_unique<ServerHandshake>(maybe(server_secret)),
          std::make_unique<ClientHandshake>(maybe(client_secret), Hello{"c", {"digest"}, 0, 0})};
}

TEST(Handshake, BothProveThatTheyKnowTheTokenAndNeverSendIt) {
  const TokenPair pair = handshakes(kSecret, kSecret);
  const HandshakeStep challenge = pair.server->take(Hello{"c", {"digest"}, 0, 0}, "binding");
  ASSERT_EQ(challenge.next, Next::wait);
  const HandshakeStep answer = pair.client->take(challenge.replies.at(0), "binding");
  ASSERT_EQ(answer.replies.size(), 2u);
  EXPECT_EQ(pair.server->take(answer.replies[0], "binding").next, Next::wait);
  EXPECT_EQ(pair.server->take(answer.replies[1], "binding").next, Next::stand);
  EXPECT_EQ(std::get<Hello>(answer.replies[1]).digests, std::vector<std::string>{"digest"});
  Welcome welcome;
  welcome.proof = pair.server->welcome_proof();
  EXPECT_EQ(pair.client->take(welcome, "binding").next, Next::stand);
  std::string wire = welcome.proof;
  for (const Body& body : {challenge.replies[0], answer.replies[0], answer.replies[1]}) {
    const auto bytes = frame_bytes_of({0, body});
    wire.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  EXPECT_EQ(wire.find(kSecret), std::string::npos);
}

TEST(Handshake, AWrongTokenFailsAndSoDoesEveryGuessAfterIt) {
  const TokenPair pair = handshakes(kSecret, "another long enough one");
  const HandshakeStep challenge = pair.server->take(Hello{}, "");
  const HandshakeStep answer = pair.client->take(challenge.replies.at(0), "");
  const HandshakeStep end = pair.server->take(answer.replies.at(0), "");
  EXPECT_EQ(end.next, Next::fail);
  EXPECT_EQ(end.fault.code, TransportErrc::wrong_token);
  const std::string nonce = counted(7);
  const Proof right{
      nonce, token_of(kSecret)->proof(Prover::client,
                                      std::get<Challenge>(challenge.replies[0]).nonce, nonce, "")};
  EXPECT_EQ(pair.server->take(right, "").next, Next::wait);
  EXPECT_EQ(pair.server->take(Hello{}, "").next, Next::wait);
  EXPECT_EQ(pair.server->welcome_proof(), "");
}

TEST(Handshake, AProofOfAnotherConnectionIsWorthNothing) {
  const TokenPair recorded = handshakes(kSecret, kSecret);
  const HandshakeStep challenge = recorded.server->take(Hello{}, "");
  const Body proof = recorded.client->take(challenge.replies.at(0), "").replies.at(0);
  const TokenPair later = handshakes(kSecret, kSecret);
  EXPECT_NE(std::get<Challenge>(later.server->take(Hello{}, "").replies.at(0)).nonce,
            std::get<Challenge>(challenge.replies[0]).nonce);
  EXPECT_EQ(later.server->take(proof, "").next, Next::fail);
}

TEST(Handshake, AProofIsBoundToItsTlsConnection) {
  const TokenPair pair = handshakes(kSecret, kSecret);
  const HandshakeStep challenge = pair.server->take(Hello{}, "one");
  const HandshakeStep answer = pair.client->take(challenge.replies.at(0), "another");
  EXPECT_EQ(pair.server->take(answer.replies.at(0), "one").next, Next::fail);
}

TEST(Handshake, AClientInsistsThatTheServerKnowsTheTokenToo) {
  const TokenPair unasked = handshakes("", kSecret);
  EXPECT_EQ(unasked.client->take(Welcome{}, "").fault.code, TransportErrc::wrong_token);
  const TokenPair impostor = handshakes(kSecret, kSecret);
  impostor.client->take(Challenge{counted(1)}, "");
  Welcome welcome;
  welcome.proof = std::string(32, 'x');
  EXPECT_EQ(impostor.client->take(welcome, "").fault.code, TransportErrc::wrong_token);
  const TokenPair without = handshakes(kSecret, "");
  EXPECT_NE(without.client->take(Challenge{counted(1)}, "").fault.sentence.find("--token-file"),
            std::string::npos);
}

TEST(Handshake, NonsenseFails) {
  const TokenPair pair = handshakes(kSecret, kSecret);
  EXPECT_EQ(pair.client->take(Challenge{"short"}, "").next, Next::fail);
  EXPECT_EQ(handshakes(kSecret, kSecret).server->take(Proof{counted(1), counted(2)}, "").next,
            Next::fail);
  const TokenPair twice = handshakes(kSecret, kSecret);
  twice.client->take(Challenge{counted(1)}, "");
  EXPECT_EQ(twice.client->take(Challenge{counted(2)}, "").next, Next::fail);
  const TokenPair hasty = handshakes(kSecret, kSecret);
  hasty.server->take(Hello{}, "");
  EXPECT_EQ(hasty.server->take(Hello{}, "").next, Next::fail);
}

/// The same over sockets; @returns what ended the connection, empty when it stands.
std::string dial_with(const ServerSecurity& server_security,
                      const ClientSecurity& client_security) {
  IoThread io;
  auto far = std::make_shared<Recorder>();
  ServerProtection protection;
  protection.security = server_security;
  const Server server(
      io, {"127.0.0.1", 0},
      [&](std::shared_ptr<Channel> channel) {
        channel->send({0, Welcome{"edge", {}, {}, 0, 8, Duration{0}, 0, 0, {}}});
        return far;
      },
      FrameLimits{}, {}, protection);
  auto near = std::make_shared<Recorder>();
  const auto channel = connect(io, {"127.0.0.1", server.port()}, {"test", {"d"}, 0, 0}, 30s, near,
                               {}, client_security);
  near->wait_for_anything();
  const auto messages = near->messages();
  if (!messages.empty() && std::holds_alternative<Welcome>(messages[0].body)) {
    EXPECT_TRUE(far->wait_for_messages(1));
    EXPECT_EQ(std::get<Hello>(far->messages().at(0).body).digests.size(), 1u);
    return "";
  }
  EXPECT_TRUE(near->wait_until_closed());
  EXPECT_EQ(far->messages().empty(), server_security.token != nullptr);
  return near->reason();
}

TEST(TokenOverSockets, RightWrongAndMissing) {
  const auto right = token_of(kSecret);
  const auto wrong = token_of("a token that is wrong");
  EXPECT_EQ(dial_with({nullptr, right}, {nullptr, right}), "");
  EXPECT_NE(dial_with({nullptr, right}, {nullptr, wrong}).find("the token is wrong"),
            std::string::npos);
  EXPECT_NE(dial_with({nullptr, right}, {}).find("asks for a token"), std::string::npos);
  EXPECT_NE(dial_with({}, {nullptr, right}).find("did not ask for the token"), std::string::npos);
}

TEST(TokenOverSockets, TogetherWithTls) {
  const UsualCertificates files;
  ServerSecurity server = files.server_security();
  ClientSecurity client = files.client_security();
  server.token = client.token = token_of(kSecret);
  EXPECT_EQ(dial_with(server, client), "");
  client.token = token_of("a token that is wrong");
  EXPECT_NE(dial_with(server, client).find("the token is wrong"), std::string::npos);
}

std::string token_problem(const std::string& path) {
  try {
    SharedToken::from_file(path, "--token-file");
    return "";
  } catch (const InputError& error) {
    return error.what();
  }
}

TEST(TokenFile, MustBePrivateLongEnoughAndThere) {
  const Certificates folder;
  const std::string good = folder.private_file("good", kSecret + "\n");
  EXPECT_EQ(token_problem(good), "");
  EXPECT_EQ(SharedToken::from_file(good, "").proof(Prover::client, "a", "b", ""),
            token_of(kSecret)->proof(Prover::client, "a", "b", ""));
  ::chmod(good.c_str(), 0644);
  EXPECT_NE(token_problem(good).find("chmod 600"), std::string::npos);
  EXPECT_NE(token_problem(folder.private_file("short", "secret\n")).find("6 characters"),
            std::string::npos);
  EXPECT_NE(token_problem("/nonexistent").find("cannot be read"), std::string::npos);
}

TEST(TokenVariable, CountsWhereNoFileIsGiven) {
  ::setenv("BRANCHLINE_TOKEN", kSecret.c_str(), 1);
  const auto security = load_client_security({});
  ::unsetenv("BRANCHLINE_TOKEN");
  ASSERT_NE(security.token, nullptr);
  EXPECT_EQ(security.token->proof(Prover::server, "a", "b", ""),
            token_of(kSecret)->proof(Prover::server, "a", "b", ""));
  EXPECT_EQ(load_client_security({}).token, nullptr);
}

}  // namespace
}  // namespace branchline::transport::testing
