"""Words that ask or join and say nothing of their own, in the languages most documents are written in.

Common ones would be told by their frequency; words that ask are rare in documents, and would look like telling ones.
Words that mean something in English (German "hat", Turkish "on") are left out. Written without accents.
"""

from __future__ import annotations

import re

_WORDS = """
a about after all also am an and any are as at be been but by can could did do does for from had has have he her his how
i if in into is it its me more most my no not of on or our s she should so some such t than that the their them then
there these they this to was we were what when where which who whom whose why how will with would you your

wer wem wen wessen wie wann wo woher wohin warum wieso weshalb welche welcher welches welchen welchem wieviel wozu
wodurch
der das den dem ein eine einen einem einer eines und oder ist sind wurde wurden wird werden haben hatte von vom zum zur
im mit auf fur bei nach aus uber sich nicht auch als

que quien quienes cual cuales cuando donde adonde como cuanto cuanta cuantos cuantas por el la los las un una unos unas
del al y o es son fue fueron era esta estan ha han de en con para se su sus

cine ce care cand unde cum cat cata cati cate cui dintre din este sunt fost si sau cu pe la pentru unei unui ale al lui

qui quoi quel quelle quels quelles quand comment combien pourquoi est sont le les des une du et ou dans par pour avec
sur
chi che quale quali quando dove quanto quanti quante perche il lo gli di della del dei delle e sono nel con
quem qual quais onde quantos quantas porque os as uma da dos das em no na foi foram
wie waar wanneer hoeveel welke waarom het een van en zijn werd

кто кого кому кем что чего чему чем какой какая какое какие какого какую каким каком каких когда где куда откуда почему
зачем как сколько чей чья чье и в во на с со из от до за по о об у к не был была было были это ли или для его ее их

ποιος ποια ποιο ποιοι ποιες ποιον ποιους ποτε που ποσο ποσα ποσοι ποσες ποσων ποση πως γιατι τι ο η το οι τα του της
των τον την
τους τις στο στη στην στον στα στις και ειναι ηταν για με απο σε θα να ενας μια ενα

kim kimi kime kimin kimler ne neyi neden nicin nasil hangi hangisi nerede nereye nereden neresi neresidir kac kaci kacta
nedir kimdir kaca bir ve ile icin mi mu mı mü bu da de olan olarak

من ما ماذا متى اين أين كيف كم لماذا اي أي أية هل في على الى إلى عن مع هو هي هذا هذه التي الذي كان كانت و او أو قد

कौन किस किसने किसे किसका किसकी किसके किन क्या कब कहाँ कहां कैसे क्यों कितना कितनी कितने कौनसा कौनसी है हैं था थी थे का
की के
को में से पर और ने यह वह एक या भी ही हुआ हुई गया गई

của và những được nào nhiêu gì người thế đã với một đâu

siapa apa kapan dimana mana mengapa bagaimana berapa yang dan di ke dari untuk dengan adalah
kuka mika mika mita milloin missa mihin mista miksi miten kuinka montako paljonko ja on oli
nani nini lini wapi kwa gani ngapi vipi ya wa ni na
"""
STOP_WORDS = frozenset(_WORDS.split())

_PHRASES = (
    "为什么|為什麼|什么时候|什麼時候|什么|什麼|多少|怎么样|怎样|怎麼|怎么|哪里|哪裡|哪些|哪个|哪個|哪年|哪位|哪家|哪一|哪|几个|几|幾|何时|如何|"
    "是谁|谁|誰|吗|嗎|呢|的|是|"
    "何ですか|ですか|ますか|ましたか|でしたか|なんですか|どのように|どのような|どこ|いつ|なぜ|いくつ|どの|どれ|だれ|どう|何|"
    "무엇입니까|무엇|누구|누가|언제|어디|어느|어떤|어떻게|왜|얼마나|얼마|입니까|인가|는가|"
    "เมื่อไหร่|เมื่อไร|เมื่อใด|เท่าไหร่|เท่าไร|เท่าใด|ที่ไหน|ที่ใด|อย่างไร|ทำไม|อะไร|ใคร|ไหน|กี่|คือ|หรือไม่|เพราะเหตุใด"
)
ASKING = re.compile(_PHRASES)
