#pragma once

#include <string>
#include <vector>

#include "transport/security.h"

namespace branchline::transport::testing {

/// A folder of its own with certificates and keys made for one test; gone with it.
class Certificates {
 public:
  Certificates();
  ~Certificates();
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

  struct Files {
    std::string certificate;
    std::string key;
  };
  struct Wish {
    std::string names = "DNS:localhost,IP:127.0.0.1";  ///< subjectAltName
    long from_s = -3600;                               ///< validity, from now
    long until_s = 3600;
  };

  /// A certificate authority.
  Files authority(const std::string& name);
  /// What `authority` signed.
  Files signed_by(const Files& authority, const std::string& name, const Wish& wish);

  /// A file with that text that its owner alone can read.
  std::string private_file(const std::string& name, const std::string& text) const;

  /// "ab:cd:…" of a certificate file.
  static std::string fingerprint(const std::string& certificate_file);

 private:
  std::string folder_;
};

/// What most tests need: a CA, a server for localhost and 127.0.0.1, a client.
struct UsualCertificates : Certificates {
  Files ca = authority("ca");
  Files server = signed_by(ca, "server", {});
  Files client = signed_by(ca, "client", {});

  ServerSecurity server_security(bool ask_clients = false) const {
    return load_server_security(
        {server.certificate, server.key, ask_clients ? ca.certificate : "", ""});
  }
  ClientSecurity client_security() const {
    return load_client_security({ca.certificate, "", "", "", ""});
  }
};

}  // namespace branchline::transport::testing
