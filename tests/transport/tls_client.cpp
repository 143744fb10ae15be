#include "tests/transport/tls_client.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ssl.h>

#include <array>

namespace branchline::transport::testing {
namespace {

std::string from_hex(const std::string& digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

const unsigned char* unsigned_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// HKDF-Expand-Label of RFC 8446 with SHA-256, for at most 32 bytes.
std::string expand(const std::string& secret, const std::string& label, std::size_t bytes) {
  const std::string full = "tls13 " + label;
  const std::string info = std::string(1, '\0') + static_cast<char>(bytes) +
                           static_cast<char>(full.size()) + full + '\0' + '\1';
  std::string made(32, '\0');
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), unsigned_of(info), info.size(),
       reinterpret_cast<unsigned char*>(made.data()), nullptr);
  return made.substr(0, bytes);
}

/// AES-128-GCM: the bytes, then the tag.
std::string seal(const std::string& key, const std::string& nonce, const std::string& header,
                 const std::string& plain) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> cipher(EVP_CIPHER_CTX_new(),
                                                                               EVP_CIPHER_CTX_free);
  std::string sealed(plain.size() + 16, '\0');
  auto* const out = reinterpret_cast<unsigned char*>(sealed.data());
  int done = 0;
  EVP_EncryptInit_ex(cipher.get(), EVP_aes_128_gcm(), nullptr, unsigned_of(key),
                     unsigned_of(nonce));
  EVP_EncryptUpdate(cipher.get(), nullptr, &done, unsigned_of(header),
                    static_cast<int>(header.size()));
  EVP_EncryptUpdate(cipher.get(), out, &done, unsigned_of(plain), static_cast<int>(plain.size()));
  EVP_EncryptFinal_ex(cipher.get(), out + plain.size(), &done);
  EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, 16, out + plain.size());
  return sealed;
}

}  // namespace

TlsClient::TlsClient(asio::io_context& context)
    : socket(context), rules_(SSL_CTX_new(TLS_client_method())) {
  SSL_CTX_set_ciphersuites(rules_.get(), "TLS_AES_128_GCM_SHA256");
  SSL_CTX_set_keylog_callback(rules_.get(), [](const SSL* connection, const char* line) {
    const std::string text = line;  // label, the client's random, secret
    if (!text.starts_with("CLIENT_TRAFFIC_SECRET_0 ")) return;
    static_cast<TlsClient*>(SSL_get_app_data(connection))->secret_ =
        from_hex(text.substr(text.rfind(' ') + 1));
  });
  connection_.reset(SSL_new(rules_.get()));
  SSL_set_app_data(connection_.get(), this);
  SSL_set_connect_state(connection_.get());
}

bool TlsClient::shake_hands() {
  if (SSL_get_fd(connection_.get()) < 0) SSL_set_fd(connection_.get(), socket.native_handle());
  return SSL_do_handshake(connection_.get()) == 1;
}

bool TlsClient::say(const std::string& text) {
  return SSL_write(connection_.get(), text.data(), static_cast<int>(text.size())) > 0;
}

void TlsClient::renew_keys() {
  SSL_key_update(connection_.get(), SSL_KEY_UPDATE_NOT_REQUESTED);
  SSL_do_handshake(connection_.get());
}

void TlsClient::ask_for_new_keys() {
  SSL_key_update(connection_.get(), SSL_KEY_UPDATE_REQUESTED);
  SSL_do_handshake(connection_.get());
}

void TlsClient::read_all() {
  std::array<char, 16'384> bin;
  while (SSL_read(connection_.get(), bin.data(), static_cast<int>(bin.size())) > 0) {
  }
}

std::string TlsClient::record(unsigned char kind, const std::string& content) {
  const std::string plain = content + static_cast<char>(kind);
  const std::size_t bytes = plain.size() + 16;
  const std::string header{SSL3_RT_APPLICATION_DATA, 3, 3, static_cast<char>(bytes / 256),
                           static_cast<char>(bytes % 256)};
  std::string nonce = expand(secret_, "iv", 12);
  nonce.back() = static_cast<char>(nonce.back() ^ records_++);
  return header + seal(expand(secret_, "key", 16), nonce, header, plain);
}

}  // namespace branchline::transport::testing
