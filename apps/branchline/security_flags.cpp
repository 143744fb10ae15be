#include "apps/branchline/security_flags.h"

#include <CLI/CLI.hpp>

namespace branchline::apps {

void add_edge_access(CLI::App& app, EdgeAccess& access) {
  const auto file = [&app](const char* flag, std::string& value, const char* help) {
    app.add_option(flag, value, help)->type_name("FILE")->group("Security (docs/security.md)");
  };
  file("--edge-ca", access.edge_ca, "Speak TLS: the CA that signed the edge's certificate");
  app.add_option("--edge-fingerprint", access.edge_fingerprint,
                 "Speak TLS: SHA-256 of the edge's certificate, the only one accepted")
      ->type_name("HEX")
      ->group("Security (docs/security.md)");
  file("--tls-cert", access.tls_cert, "Certificate for edges that ask for one");
  file("--tls-key", access.tls_key, "Its key");
  file("--token-file", access.token_file, "Token that the edge asks for; never sent");
}

}  // namespace branchline::apps
