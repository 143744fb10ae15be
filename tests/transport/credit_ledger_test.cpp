#include "transport/credit_ledger.h"

#include <gtest/gtest.h>

namespace branchline::transport::testing {
namespace {

TEST(CreditLedger, IsUnlimitedUntilGranted) {
  CreditLedger ledger;
  for (std::uint64_t id = 0; id < 1000; ++id) ledger.add(id, 1u << 30);
  EXPECT_TRUE(ledger.covers(~0ull));
}

TEST(CreditLedger, CountsRequestsAndBytes) {
  CreditLedger ledger;
  ledger.grant({3, 100});
  ledger.add(1, 60);
  EXPECT_TRUE(ledger.covers(40));
  EXPECT_FALSE(ledger.covers(41));
  EXPECT_FALSE(ledger.covers(~0ull));
  ledger.add(2, 1);
  ledger.add(3, 1);
  EXPECT_FALSE(ledger.covers(1));
  EXPECT_TRUE(ledger.remove(2));
  EXPECT_FALSE(ledger.remove(2));
  EXPECT_TRUE(ledger.covers(39));
  EXPECT_EQ(ledger.requests(), 2u);
  EXPECT_EQ(ledger.bytes(), 61u);
}

TEST(CreditLedger, KnowsWhatIsUnanswered) {
  CreditLedger ledger;
  ledger.add(7, 1);
  EXPECT_TRUE(ledger.has(7));
  EXPECT_FALSE(ledger.has(1));
  ledger.remove(7);
  EXPECT_FALSE(ledger.has(7));
}

TEST(CreditLedger, AlwaysCoversOne) {
  CreditLedger ledger;
  ledger.grant({1, 10});
  EXPECT_TRUE(ledger.covers(1000));
  ledger.add(1, 1000);
  EXPECT_FALSE(ledger.covers(0));
}

TEST(CreditLedger, ASmallerCreditForgetsNothing) {
  CreditLedger ledger;
  ledger.add(1, 10);
  ledger.add(2, 10);
  ledger.grant({1, 5});
  EXPECT_FALSE(ledger.covers(0));
  EXPECT_TRUE(ledger.remove(1));
  EXPECT_FALSE(ledger.covers(0));
  EXPECT_TRUE(ledger.remove(2));
  EXPECT_TRUE(ledger.covers(6));
}

TEST(CreditLedger, KnowsWhatTakesCreditAndWhatReturnsIt) {
  EXPECT_TRUE(takes_credit(Request{}));
  EXPECT_TRUE(takes_credit(ProfileQuery{}));
  EXPECT_FALSE(takes_credit(Prepare{}));
  EXPECT_TRUE(returns_credit(Answer{}));
  EXPECT_TRUE(returns_credit(ProfileReply{}));
  EXPECT_TRUE(returns_credit(Refused{}));
  EXPECT_FALSE(returns_credit(Ready{}));
}

}  // namespace
}  // namespace branchline::transport::testing
