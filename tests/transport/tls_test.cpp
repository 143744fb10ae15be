#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <atomic>
#include <fstream>

#include "framework/base/error.h"
#include "tests/transport/certificates.h"
#include "tests/transport/channel_pairs.h"
#include "tests/transport/sample_messages.h"
#include "tests/transport/tls_client.h"
#include "transport/asio.h"
#include "transport/channel.h"

namespace branchline::transport::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AssertionFailure;
using ::testing::AssertionSuccess;

/// A server with the given protection, and one client after another.
class TlsTest : public ::testing::Test {
 protected:
  void serve(const ServerSecurity& security) {
    ServerProtection protection;
    protection.security = security;
    server_ = std::make_unique<Server>(
        io_, Endpoint{"127.0.0.1", 0},
        [this](std::shared_ptr<Channel> channel) {
          channel->send({0, Welcome{"edge", {}, {}, 0, 8, Duration{0}, 0, 0, {}}});
          ++connections_;
          far_ = channel;
          return far_listener_;
        },
        FrameLimits{},
        [this](const std::string&, const std::string& reason) {
          const std::lock_guard lock(mutex_);
          turned_away_ = reason;
        },
        protection);
  }

  /// @returns the reason why it ended, empty when it stands.
  std::string dial(const ClientSecurity& security, const std::string& host = "127.0.0.1") {
    near_listener_ = std::make_shared<Recorder>();
    const auto& listener = near_listener_;
    near_ = connect(io_, {host, server_->port()}, {"test", {}, 0, 0}, 30s, listener, {}, security);
    EXPECT_TRUE(listener->wait_for_anything());
    if (!listener->messages().empty() &&
        std::holds_alternative<Welcome>(listener->messages().front().body)) {
      return "";
    }
    EXPECT_TRUE(listener->wait_until_closed());
    return listener->reason();
  }

  /// Waits: the two ends learn of a failure one after the other.
  bool server_said(const std::string& part) {
    for (int i = 0; i < 3000; ++i) {
      {
        const std::lock_guard lock(mutex_);
        if (turned_away_.find(part) != std::string::npos) return true;
      }
      std::this_thread::sleep_for(10ms);
    }
    ADD_FAILURE() << turned_away_;
    return false;
  }

  static ::testing::AssertionResult says(const std::string& text, const std::string& part) {
    if (text.find(part) != std::string::npos) return AssertionSuccess();
    return AssertionFailure() << "'" << text << "' lacks '" << part << "'";
  }

  UsualCertificates files_;
  IoThread io_;
  std::shared_ptr<Recorder> far_listener_ = std::make_shared<Recorder>();
  std::shared_ptr<Recorder> near_listener_;
  std::shared_ptr<Channel> far_;
  std::shared_ptr<Channel> near_;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  std::string turned_away_;
  std::unique_ptr<Server> server_;
};

TEST_F(TlsTest, StandsByAddressAndByName) {
  serve(files_.server_security());
  EXPECT_EQ(dial(files_.client_security()), "");
  EXPECT_EQ(dial(files_.client_security(), "localhost"), "");
  EXPECT_EQ(connections_, 2);
}

TEST_F(TlsTest, AServerOfAnotherAuthorityIsNotTrusted) {
  const auto other = files_.authority("other");
  serve(files_.server_security());
  const auto security = load_client_security({other.certificate, "", "", "", ""});
  EXPECT_TRUE(says(dial(security), "was not signed by the CA in " + other.certificate));
  EXPECT_TRUE(server_said("did not accept this side's certificate"));
  EXPECT_EQ(connections_, 0);
}

TEST_F(TlsTest, AnExpiredCertificateIsNamedSo) {
  const auto old = files_.signed_by(files_.ca, "old", {"IP:127.0.0.1", -7200, -3600});
  serve(load_server_security({old.certificate, old.key, "", ""}));
  EXPECT_TRUE(says(dial(files_.client_security()), "its certificate has expired"));
}

TEST_F(TlsTest, ACertificateOfTomorrowPointsAtTheClocks) {
  const auto early = files_.signed_by(files_.ca, "early", {"IP:127.0.0.1", 3600, 7200});
  serve(load_server_security({early.certificate, early.key, "", ""}));
  EXPECT_TRUE(says(dial(files_.client_security()), "compare the clocks"));
}

TEST_F(TlsTest, ACertificateForAnotherHostNamesBoth) {
  const auto other = files_.signed_by(files_.ca, "other", {"DNS:edge.local,IP:10.0.0.5"});
  serve(load_server_security({other.certificate, other.key, "", ""}));
  EXPECT_TRUE(says(dial(files_.client_security()),
                   "its certificate is for edge.local, 10.0.0.5, not for 127.0.0.1"));
  EXPECT_TRUE(says(dial(files_.client_security(), "localhost"), "not for localhost"));
}

TEST_F(TlsTest, AFingerprintIsEnoughAndIsChecked) {
  const auto other = files_.signed_by(files_.ca, "other", {"DNS:edge.local"});
  serve(load_server_security({other.certificate, other.key, "", ""}));
  const auto pinned = [](const std::string& fingerprint) {
    return load_client_security({"", fingerprint, "", "", ""});
  };
  EXPECT_EQ(dial(pinned(Certificates::fingerprint(other.certificate))), "");
  EXPECT_TRUE(says(dial(pinned(Certificates::fingerprint(files_.server.certificate))),
                   "another fingerprint"));
  EXPECT_EQ(connections_, 1);
}

TEST_F(TlsTest, APlainClientIsToldInPlainWords) {
  serve(files_.server_security());
  EXPECT_TRUE(says(dial({}), "this server speaks TLS only"));
  EXPECT_TRUE(server_said("this server speaks TLS only"));
}

TEST_F(TlsTest, APlainServerIsNamedSo) {
  serve({});
  EXPECT_TRUE(says(dial(files_.client_security()), "it does not speak TLS"));
  EXPECT_TRUE(server_said("TLS"));
}

TEST_F(TlsTest, AsksForClientCertificates) {
  serve(files_.server_security(true));
  EXPECT_TRUE(says(dial(files_.client_security()), "asks for a client certificate"));
  EXPECT_TRUE(server_said("showed no client certificate"));
  const auto good = load_client_security(
      {files_.ca.certificate, "", files_.client.certificate, files_.client.key, ""});
  EXPECT_EQ(dial(good), "");
  const auto foreign = files_.signed_by(files_.authority("other"), "foreign", {});
  const auto bad =
      load_client_security({files_.ca.certificate, "", foreign.certificate, foreign.key, ""});
  EXPECT_TRUE(says(dial(bad), "did not accept this side's certificate"));
  EXPECT_TRUE(server_said("was not signed by the CA in " + files_.ca.certificate));
  EXPECT_EQ(connections_, 1);
}

TEST_F(TlsTest, NothingOlderThanTls13) {
  serve(files_.server_security());
  asio::io_context context;
  asio::ip::tcp::socket socket(context);
  socket.connect({asio::ip::address_v4::loopback(), server_->port()});
  SSL_CTX* rules = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_max_proto_version(rules, TLS1_2_VERSION);
  SSL* old = SSL_new(rules);
  SSL_set_fd(old, socket.native_handle());
  EXPECT_NE(SSL_connect(old), 1);
  SSL_free(old);
  SSL_CTX_free(rules);
  EXPECT_TRUE(server_said("does not speak TLS 1.3"));
}

TEST_F(TlsTest, AStrangerWhoOnlyRenewsKeysIsTurnedAway) {
  serve(files_.server_security());
  asio::io_context context;
  TlsClient stranger(context);
  stranger.socket.connect({asio::ip::address_v4::loopback(), server_->port()});
  ASSERT_TRUE(stranger.shake_hands());
  for (int i = 0; i < 20; ++i) stranger.renew_keys();
  EXPECT_TRUE(server_said("messages of TLS's own"));
}

/// As long as OpenSSL waits for the rest it writes nothing, though the socket is writable.
TEST_F(TlsTest, WhoBeginsAMessageOfTlsAndLeavesItIsTurnedAway) {
  serve(files_.server_security());
  asio::io_context context;
  TlsClient stranger(context);
  stranger.socket.connect({asio::ip::address_v4::loopback(), server_->port()});
  ASSERT_TRUE(stranger.shake_hands());
  const auto hello = frame_bytes_of({0, Hello{"stranger", {}, 0, 0}});
  const std::string text(reinterpret_cast<const char*>(hello.data()), hello.size());
  const std::string greeting = stranger.record(SSL3_RT_APPLICATION_DATA, text);
  const std::string half = stranger.record(SSL3_RT_HANDSHAKE, {SSL3_MT_KEY_UPDATE, 0, 0, 1});
  asio::write(stranger.socket, asio::buffer(greeting + half));
  ASSERT_TRUE(far_listener_->wait_until_closed());
  EXPECT_TRUE(says(far_listener_->reason(), "messages of TLS's own"));
}

TEST_F(TlsTest, ManySizesArriveWholeAndInOrderFromManyThreads) {
  serve(files_.server_security());
  ASSERT_EQ(dial(files_.client_security()), "");
  ASSERT_TRUE(far_listener_->wait_for_messages(1));
  constexpr int kThreads = 4;
  constexpr int kEach = 40;
  std::vector<std::thread> senders;
  for (int t = 0; t < kThreads; ++t) {
    senders.emplace_back([this, t] {
      for (int i = 0; i < kEach; ++i) {
        const auto bytes = static_cast<std::uint64_t>((i * 7919) % 200'000);
        far_->send(sample_request(static_cast<std::uint64_t>(t * kEach + i), {bytes, 17}));
      }
    });
  }
  for (auto& sender : senders) sender.join();
  ASSERT_TRUE(near_listener_->wait_for_messages(1 + kThreads * kEach)) << near_listener_->reason();
  std::vector<int> next(kThreads, 0);
  for (const Message& arrived : near_listener_->messages()) {
    if (!std::holds_alternative<Request>(arrived.body)) continue;
    const int t = static_cast<int>(arrived.id) / kEach;
    const int i = next[static_cast<std::size_t>(t)]++;
    EXPECT_EQ(static_cast<int>(arrived.id), t * kEach + i);
    Message wanted =
        sample_request(arrived.id, {static_cast<std::uint64_t>((i * 7919) % 200'000), 17});
    std::get<Request>(wanted.body).budget = std::get<Request>(arrived.body).budget;
    EXPECT_TRUE(same_message(arrived, wanted)) << arrived.id;
  }
}

TEST_F(TlsTest, WritingToAPeerThatResetEndsTheConnectionAndNotTheProcess) {
  serve(files_.server_security());
  for (int round = 0; round < 20; ++round) {
    ASSERT_EQ(dial(files_.client_security()), "");
    near_->abandon("gone");
    while (far_->send({0, Ping{}})) {
    }
  }
}

TEST_F(TlsTest, FilesThatCannotBeUsedAreNamed) {
  const auto message_of = [](auto load) -> std::string {
    try {
      load();
    } catch (const InputError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_TRUE(says(message_of([&] {
                     load_server_security({files_.server.certificate, "", "", ""});
                   }),
                   "--tls-cert: a certificate and its key belong together. Give --tls-key too"));
  EXPECT_TRUE(says(message_of([&] {
                     load_server_security({"/nonexistent", files_.server.key, "", ""});
                   }),
                   "--tls-cert: cannot use /nonexistent"));
  EXPECT_TRUE(says(message_of([&] {
                     load_server_security({files_.server.certificate, files_.client.key, "", ""});
                   }),
                   "--tls-key"));
  EXPECT_TRUE(says(message_of([&] {
                     load_client_security({"", "12:34", "", "", ""});
                   }),
                   "is no SHA-256 fingerprint"));
  EXPECT_TRUE(says(message_of([&] {
                     load_client_security({files_.ca.key, "", "", "", ""});
                   }),
                   "--edge-ca: cannot use"));
}

}  // namespace
}  // namespace branchline::transport::testing
