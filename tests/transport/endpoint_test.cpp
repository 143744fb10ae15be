#include <gtest/gtest.h>

#include "framework/base/error.h"
#include "transport/channel.h"

namespace branchline::transport {
namespace {

TEST(Endpoint, ReadsHostsAndBothKindsOfAddresses) {
  for (const char* text : {"127.0.0.1:7400", "edge.local:1", "[::1]:65535"}) {
    EXPECT_EQ(to_string(parse_endpoint(text, "--edge")), text);
  }
  EXPECT_EQ(parse_endpoint("[fe80::1]:9", "--edge").host, "fe80::1");
}

TEST(Endpoint, RefusesTheRestNamingTheFlag) {
  for (const char* text : {"", "7400", "host:", ":7400", "host:70000", "host:-1", "host:7x",
                           "::1:7400", "[]:1", "host: 1"}) {
    try {
      parse_endpoint(text, "--edge");
      ADD_FAILURE() << text;
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()).rfind("--edge: ", 0), 0u) << error.what();
    }
  }
}

}  // namespace
}  // namespace branchline::transport
