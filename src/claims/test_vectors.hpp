// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Keys and tokens whose values are known from elsewhere, for the tests of this folder.
#pragma once

#include <cstdint>
#include <string_view>

namespace tenon::claims::vectors {

// Throw-away seeds and their public keys.
inline constexpr std::string_view account_seed =
    "SAAAF62YYA6UCKZNSE7UF7GVWEHHYASDSUSSVCEEHTH3WY57DJKVXKIKOY";
inline constexpr std::string_view account =
    "ADPCF65BVZVFN43HS3Z43HJMI5E55T2UKCEK5FSMXSF2EYLMYMI2UD7V";
inline constexpr std::string_view module_seed =
    "SMAJFHSZUOYLLPIW3HLYOMM7F6GABRPCETIVQ27BVYZ55XQNFYNTUTH57Y";
inline constexpr std::string_view module =
    "MCRWPH2GWUEV5FRKWYE565FNCTGAGZ7OR3Q7F4F7ELL5ZVKKR2GEXRS3";
inline constexpr std::string_view other_account_seed =
    "SAACTTUPKR55VUWUDK7GJ5SU5KGED455FR7BDO46RUVOTHUWKBLECLH2UU";
inline constexpr std::string_view other_account =
    "AA7R5L74E45BJ4XVUYTELQ56P5VCOSPOAA474L7QWH4ZAILLKTZFWYYW";
inline constexpr std::string_view service_seed =
    "SVAOZUSBWWFL65P255DOHIETPTXUQMM5ETLSYPITI5G4K4HI6M2CDAPWAU";
inline constexpr std::string_view service =
    "VBM5JMFOVUJDHGTOJSPUJ33ZGHCRCJ3LYHUJ3HND5ZMRVORYCMAVPZQF";
inline constexpr std::string_view user = "UD466L6EBCM3YY5HEGHJANNTN4LSKTSUXTH7RILHCKEQMQHTBNLHJJXT";
inline constexpr std::string_view cluster_seed =
    "SCANU5JGFEPJ2XNFQ6YMDRHMNFAL6ZT3DCU3ZMMHHML7GLFE3YIH5TBM6E";
inline constexpr std::string_view curve_seed =
    "SXAKIYZX2POLIHZ5W5YZEWVTH24NLEUETBW3TKIVYRSS3GNHFXO5D4JJZM";

/// Of the public tests of wascap, made before claims had a revision.
inline constexpr std::string_view public_token =
    "eyJ0eXAiOiJqd3QiLCJhbGciOiJFZDI1NTE5In0.eyJqdGkiOiJTakI1Zm05NzRTanU5V01nVFVjaHNi"
    "IiwiaWF0IjoxNjQ0ODQzNzQzLCJpc3MiOiJBQ09KSk42V1VQNE9ERDc1WEVCS0tUQ0NVSkpDWTVaS1E1"
    "NlhWS1lLNEJFSldHVkFPT1FIWk1DVyIsInN1YiI6Ik1CQ0ZPUE02SlcyQVBKTFhKRDNaNU80Q043Q1BZ"
    "SjJCNEZUS0xKVVI1WVI1TUlUSVU3SEQzV0Q1Iiwid2FzY2FwIjp7Im5hbWUiOiJFY2hvIiwiaGFzaCI6"
    "IjRDRUM2NzNBN0RDQ0VBNkE0MTY1QkIxOTU4MzJDNzkzNjQ3MUNGN0FCNDUwMUY4MzdGOEQ2NzlGNDQw"
    "MEJDOTciLCJ0YWdzIjpbXSwiY2FwcyI6WyJ3YXNtY2xvdWQ6aHR0cHNlcnZlciJdLCJyZXYiOjQsInZl"
    "ciI6IjAuMy40IiwicHJvdiI6ZmFsc2V9fQ.ZWyD6VQqzaYM1beD2x9Fdw4o_Bavy3ZG703Eg4cjhyJwU"
    "KLDUiVPVhqHFE6IXdV4cW6j93YbMT6VGq5iBDWmAg";

/// A module of eight bytes, signed with `account_seed` for `module`.
inline constexpr std::string_view empty_module_hash =
    "93A44BBB96C751218E4C00D479E4C14358122A389ACCA16205B1E4D0DC5F9476";
inline constexpr std::string_view empty_module_token =
    "eyJ0eXAiOiJqd3QiLCJhbGciOiJFZDI1NTE5In0.eyJqdGkiOiIwMDAwMDAwMDAwMDAwMDAwMDAwMDAx"
    "IiwiaWF0IjoxNzAwMDAwMDAwLCJpc3MiOiJBRFBDRjY1QlZaVkZONDNIUzNaNDNISk1JNUU1NVQyVUtD"
    "RUs1RlNNWFNGMkVZTE1ZTUkyVUQ3ViIsInN1YiI6Ik1DUldQSDJHV1VFVjVGUktXWUU1NjVGTkNUR0FH"
    "WjdPUjNRN0Y0RjdFTEw1WlZLS1IyR0VYUlMzIiwid2FzY2FwIjp7Im5hbWUiOiJ2ZWN0b3IiLCJoYXNo"
    "IjoiOTNBNDRCQkI5NkM3NTEyMThFNEMwMEQ0NzlFNEMxNDM1ODEyMkEzODlBQ0NBMTYyMDVCMUU0RDBE"
    "QzVGOTQ3NiIsInRhZ3MiOltdLCJyZXYiOjEsInZlciI6IjAuMS4wIiwicHJvdiI6ZmFsc2V9LCJ3YXNj"
    "YXBfcmV2aXNpb24iOjN9.4mEM4BZDLLwIdSIxriLVzEMmkfVM-4sKfRt0KJ1GXQiopXXFHRph9eQVQ0s"
    "Bo1V2bTzezs7upKv58ANKvTMyCg";

/// A provider, signed with `other_account_seed` for `service`.
inline constexpr std::string_view provider_target_hash =
    "8253E6BE7C5370AE137DA5067E8160670BD0736D51E61CB96E848EE3E985E70A";
inline constexpr std::string_view provider_signature =
    "dQHBXMNCzZiXPASnsSlXKkXZk_8t5Rx6Lr37ZKIbGoQ3TyMjMpUVNc8u67TKAsm-CacVxmFX7uWHKLKfM6hdAw";

inline constexpr std::uint64_t issued_at = 1'700'000'000;

} // namespace tenon::claims::vectors
