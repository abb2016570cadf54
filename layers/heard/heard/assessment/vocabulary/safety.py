"""What is said of people who were hurt, or may be."""

from __future__ import annotations

from typing import Final

from heard.assessment.vocabulary.table import Table

SAFETY: Final[Table] = {
    "en": """
        poisoned, got|getting|made|make|makes|felt|feeling|became|been us|me|him|her|them|everyone|violently|very|really|so sick|ill,
        got|getting|became|fell sick|ill, violently ill|sick, made|makes|making ..
        son|daughter|child|children|kid|kids|baby|toddler|wife|husband|partner|family|mother|father|mom|mum|dad|friend|friends|guests|all
        sick|ill, night|nights|days|week|weekend in the|a hospital|ward|clinic, night|nights|days|week|weekend in hospital|a&e|er,
        sick|ill + hospital|doctor|ate|eaten|eating, salmonella, e coli, listeria, norovirus, food borne, vomit*, threw up,
        throwing up, puking|puked, diarrhea|diarrhoea, allergic|anaphylactic reaction|shock, anaphyla*, epipen, hospitalized|hospitalised,
        emergency room, intensive care, ambulance, paramedic*, passed out, concussion, stitches, fractur*, broke|broken my|his|her|their
        arm|leg|wrist|ankle|nose|hip|tooth|rib|foot, electrocut*, electric shock, electrical shock, got a shock from,
        caught|catch|catches|catching fire, on fire and, set .. on fire, house|kitchen|electrical|battery fire, fire hazard, burst into
        flames, in flames, exploded|explodes|exploding, smoke .. coming out, started smoking, second degree burn*, burned|burnt|scalded
        my|his|her|their|me|him, daughter|son|child|kid|baby|wife|husband|mother|father|mom|mum|dad was|got burned|burnt|scalded, at|in
        the hospital, burns on my|his|her, gas leak, choking hazard, choked on, glass in my|the|our food|soup|drink|salad, metal in my|the
        food, razor blade, safety hazard|risk|issue|concern, hazardous, almost|nearly|could|couldve .. died|killed, died|dies
        because|from|after|at, assault*, attacked me|us|him|her|my, punched|slapped|choked|groped|molested|raped|stabbed|beaten|hit
        me|us|him|her|my, groped, molest*, raped, rape, sexual* assault*|harass*, harass*, stalk*, threatened me|us|to|my|her|him, pulled
        a knife|gun, drugged, spiked my, bed bugs, bedbug*, mold|mould .. sick, asbestos, hit by a, near miss, drunk driver, driver was
        drunk|texting, child .. hurt|lost|unattended, toxic fumes, lead poisoning, recall* .. safety, bitten by|my, bite marks, overdose*,
        wrong medication|prescription|dose, food|blood|carbon poison*, poisoned by|us|me|my, injury|injuries|injured, er visit, to|in|at
        the er, to|at|in a&e, in casualty, end|ended|landed|went|sent|taken|rushed|trip|visit|put|were|was|am|woke|wound .. hospital,
        to|into hospital, drove|took|rushed|driven me|him|her|us|them .. hospital|er, hospital bed, on a drip, on an iv, iv drip, urgent
        care, called|call 911|999|112, icu, surgery .. after, was|were|is|am|started|kept bleeding, bled all|for|through|everywhere|a,
        blood everywhere|pouring, split .. head|scalp|lip|chin|open, gash, knocked unconscious|out|over, unconscious, fainted, collapsed
        on|in|at, couldnt|cant|could not|cannot|hard to|trouble|difficulty|struggling|struggled to breathe, couldnt|trouble|difficulty
        breathing, breathe + allerg*|throat|smoke|chest, throat closed|closing|tight|tightened|swelled, lips|face|throat|tongue|eye|eyes
        swelled|swollen|swelling|puffed, swelled up, hives, full breath, broke out in .. rash|hives, rash all|on|from|after, allerg* +
        reaction|hospital|ignored|died|epipen, nut|peanut|dairy|gluten|sesame + allerg* .. served|contained|reaction, carbon monoxide +
        alarm|headache*|leak*|detector|dizzy|boiler, alarm went off .. battery, smell* of|like gas, gas smell, smell gas,
        smelled|smelt|smells of gas, gas leak*, sparks + socket|outlet|plug|flew|came|shot|from|out, sparked, sparking, smoke +
        socket|plug|charger|battery|outlet|engine|laptop|phone|pouring|filled, burning|burnt|burned smell +
        plug|charger|socket|wire*|cable|toaster|heater|battery, melted + cable|plug|charger|socket|wire|cord|outlet, scorched, singed,
        crackles, crackling + switch|socket|plug|fuse, live wire*|wires, exposed wire*|wiring|wires, zapped, got a .. shock, electric
        fence + child|youngest|son|daughter|grabbed, glass + swallowed|bit|bitten|shard*|sliver*|soup|salad|mouth, shard*|sliver* of
        glass, needle in, metal|plastic|screw|staple|blade|nail in my|the|our food|soup|burger|salad|bread|rice|cake|meal, bit into|on ..
        metal|glass|screw|bone|stone + tooth|glass|metal, chipped|broke|cracked my|a|his|her tooth, choking on|hazard, started choking,
        nearly|almost|couldve|couldnt choked|drowned|killed|crashed|suffocated, could have choked|drowned|killed|been killed|burned|burnt,
        nearly|almost .. killed|drowned|choked, drowned|drowning, fell asleep + driver|wheel|road|chin|drifted, driver +
        asleep|drunk|texting|smelled|smelt|alcohol|phone, smelled|smelt|reeked|reeking|stank of alcohol|booze|drink|whisky|weed, brakes
        failed|gave|didnt|did not, brake failure, brakes + failed|nothing|floor, wheel came|fell|flew off, steering locked|failed, airbag*
        didnt|did not|failed, seat belt|seatbelt* + broken|missing|didnt|no|snapped, doors opened|open while, ran a red light, ran red
        lights, doing 90|100|110|120 in a, lift|elevator dropped|fell|plunged|plummeted, stuck|trapped in .. lift|elevator, locked ..
        in|inside + child*|dark|room|toddler|daughter|son|hours|car|bus|cupboard, locked the doors, wouldnt|refused to let me|us
        out|leave, left alone|unattended|on + toddler|child|baby|bus, left .. alone + toddler|child|baby|son|daughter|kids,
        forgot|forgotten + bus|nap|toddler|daughter|son|child|baby, wandered off|out + child|son|daughter|toddler|road, handed|released ..
        child|son|daughter|toddler .. to .. stranger, wrong child|parent|adult + pick*|hand*|collect*, bruise|bruises|bruised +
        arm|arms|wrist*|daughter|son|mother|mum|dad|child|toddler|baby|legs|thigh*|face, hand mark*|print, marks on ..
        wrist*|arm*|neck|legs, slapped|hit|shoved|pushed|grabbed|smacked|shook|dragged|kicked a|my|our|the|him|her|me|us ..
        child|kid|son|daughter|toddler|mother|dad|boy|girl|arm|wrist|wall|face|head|ground|floor, slapped, shoved me|him|her|my|us,
        grabbed me|her|him|my .. by|arm|wrist|throat|hair, headbutt*, touched me|my|her .. inappropriately|leg|thigh|breast|bottom|knee,
        hand on my|her thigh|leg|knee|bottom|breast, hand|hands up|under .. skirt|top|shirt|towel, put his hands|hand on, felt me up,
        followed me|her|us .. home|car|room|hotel, came into|entered|walked into .. my|our|her room +
        night|key|asleep|undressed|naked|shower, let himself|themselves in, exposed himself, masturbat*, indecent*, made a pass at me,
        know where you live, burn|blow it|the|your|you .. down|up, kill you|him|her|them all, bomb threat, with a knife|gun|machete|bat,
        petrol|gasoline|jerrycan + warning|match|burn, railing|balcony|banister|balustrade|guardrail +
        loose|gave|came|wobbl*|collapsed|missing|broke, ceiling|roof|wall|shelf|bed|cot|crib|chair|ladder|scaffolding|swing
        collapsed|gave|snapped|fell|came|broke + on|head|me|him|her|us|child|kids|through|down, ceiling collapsed|fell|came down, fire
        exit*|door*|escape|alarm* + locked|blocked|chained|padlock*|disabled|broken|off, emergency exit* +
        locked|blocked|chained|padlock*, smoke alarm|detector* + missing|disconnected|removed|no|covered, wrong|mixed
        pill*|tablet*|medicine|medication|meds|drug|dose|dosage|prescription|vaccine|patient|leg|eye, mg instead, ten times the .. dose,
        double|triple the .. dose, expired medicine|medication|insulin|vaccine, slipped and|on +
        broke|fell|hip|wrist|ankle|head|hospital|ambulance|stitches, fell down|off|from +
        broke|broken|fractured|hospital|ambulance|stitches|concussion, in plaster, in a cast, cast on, broken
        arm|leg|wrist|ankle|nose|hip|rib|ribs|collarbone|bone|bones|finger|tooth, arm|leg|wrist|ankle|hip|collarbone is|was|got broken,
        torn ligament*, burn|burns|burnt|burned|blister*|scalded on .. hand*|arm*|face|skin|scalp|leg*|neck, blistered, chemical burn*,
        third degree, lost consciousness, mercury, legionell*, hepatitis, c diff, mould|mold +
        asthma|baby|lungs|breathing|inhaler|cough*|child|newborn, rat|rats|mice + bit|baby|bitten, all of
        us|everyone|four|five|six|three|both .. sick|ill|throwing|vomiting|toilet|bathroom + after|next|night|ate|same, sick as ..
        dog|dogs + after|ate|food, bathroom floor, up all night|the .. sick|vomiting|toilet, stomach pump*, bad reaction, miscarr*,
        premature labour|labor, insulin + ran|without|denied|refused, seizure|seizures, fit + ambulance, stroke +
        ambulance|ignored|hospital, heart attack, chest pain*, fell from .. bed + mother|mum|dad|father|patient, pressure sores, bedsore*,
        dehydrat* + mum|mother|dad|father|baby|hospital|patient, unsafe to|for|conditions|driving|wiring|drive|work|electr*,
        felt|feel|feeling very|so|really|extremely unsafe, feared for my|our, in danger, dangerous
        driver|driving|to|for|product|wiring|conditions|item|situation|and, very|extremely|really|so|is|was|are|downright|potentially
        dangerous, danger to, not safe for|to|at, is|was|are|isnt|wasnt not safe, unsafe, dangerous
    """,
    "de": """
        lebensmittelvergiftung, salmonell*, übergeben müssen, mussten uns übergeben, erbrochen, durchfall, krank geworden,
        wurde|wurden|waren .. krank, ins|im krankenhaus, notaufnahme, notarzt, rettungswagen, krankenwagen, allergische reaktion,
        allergischer schock, verletzung*, gebrochen .. bein|arm, knochenbruch, geblutet, blutend, verbrannt mich|sich, verbrennung*,
        verbrüht, stromschlag, feuer gefangen, in flammen, brand|feuer ausgebrochen, brandgefahr, explodiert*, qualmt|qualmte,
        lebensgefahr*, lebensgefährlich, unsicher für kinder, sicherheitsrisiko, glasscherbe*, angegriffen worden, tätlich*, geschlagen
        worden, belästigt, sexuell belästig*, bedroht worden, bedroht, vergewaltig*, bettwanzen, gasgeruch, bewusstlos, ohnmächtig,
        lebensmittel*vergiftung, lebensmittelvergiftung*, fischvergiftung, rauchvergiftung, kohlenmonoxid*, kohlenmonoxidvergiftung,
        vergiftung nach|durch|vom|von, vergiftet worden, haben uns vergiftet, verletzt worden,
        wurde|wurden|hat|habe|haben|schwer|mich|sich|am .. verletzt, erbrechen und|nach|mussten, gekotzt, musste* ..
        erbrechen|übergeben|kotzen, übergeben + nacht|essen|stunden|kinder, magenkrämpfe, über der kloschüssel, notdienst +
        essen|allerg*|arzt|stunden|sahne, notarzt*, in die klinik, rettung gerufen|kam|geholt, rettungsdienst*, sanitäter*,
        intensivstation, intensiv + liegt|lag, am tropf, infusion + liegt|bekam|krankenhaus|hängt, platzwunde*, schnittwunde*, genäht
        werden|worden, mit .. stichen, gehirnerschütterung, gebrochen +
        arm|bein|handgelenk|hand|rippe*|nase|fuß|knöchel|finger|schulter|steiß*|hüfte, armbruch, beinbruch, oberschenkelhalsbruch,
        handgelenk|arm|bein|knöchel|rippe .. gebrochen, gips + wochen|arm|bein|hand, im gips, gestürzt +
        treppe|glatt|nass*|hüfte|arm|verletzt|krank*, ausgerutscht + nass*|glatt|treppe|verletzt|krank*, allergische* reaktion|schock,
        allergie + reaktion|geschwollen|luft|notarzt, anaphyla*, nesselsucht, ausschlag + nach|am|ganzen|gesicht|creme|haut, quaddeln,
        geschwollen + lippe*|gesicht|zunge|hals|augen, angeschwollen, schwoll*, zugeschwollen, keine luft + bekam|bekommen|mehr|kriegte,
        atemnot, erstickt*, fast|beinahe .. ertrunken|erstickt|gestorben|überfahren|verbrannt, verschluckt +
        teil|kind|knopf|glas|batterie, riecht|roch|stinkt .. gas|faul* eiern, faulen eiern, gasaustritt, gas ausgetreten, gasleitung, co
        melder, melder + batterie|piept|kohlenmonoxid, funken + steckdose|stecker|schlug|sprüh*|flogen|kabel, rauch +
        steckdose|akku|ladegerät|kabel|aus|gerät|wohnung, rauchentwicklung, verschmort*|geschmort, angekokelt, durchgeschmort, geschmolzen
        + kabel|stecker|ladegerät|steckdose|netzteil, brandgeruch, verbrannt* + geruch|hand|finger|haut|arm|zunge, brandblase*,
        brandwunde*, stromstoß, eine gewischt, einen schlag bekommen, unter strom, fing feuer, fing .. zu brennen, zimmerbrand,
        küchenbrand, wohnungsbrand, akku + gebrannt|explodiert|brannte|aufgebläht, es brannte, scherben + essen|glas|salat|mund|suppe,
        glas + salat|suppe|joghurt|brot|splitter, glassplitter, metallsplitter, metallspäne, nadel im, schraube im|in +
        brot|essen|salat|suppe, zahn abgebrochen|ausgebissen, rasierklinge*, angegriffen, angefasst +
        unsittlich|po|hintern|brust|bein|knie|oberschenkel|mich, begrapsch*, betatscht, unsittlich, hand auf mein*|ihr*
        oberschenkel|knie|po|bein, zwischen die beine, sexuell* + belästig*|übergriff*|berühr*|angefasst|anspielung*|genötigt,
        nachgestellt, gestalkt, stalk*, verfolgt + nach hause|auto|mich|zimmer, in mein zimmer + nacht|schlüssel|nachts, geschlagen +
        kind|sohn|tochter|mich|gesicht|türsteher, ins gesicht geschlagen, ohrfeig*, geohrfeigt, gegen die wand, gewürgt, getreten +
        mich|hund|kind|freund, am arm gepackt|gezerrt, mit .. messer, morddrohung*, gedroht + mir|schläg*|umbringen|uns, kanister +
        benzin|warnung, anzünden, blaue* flecken|streifen, hämatom*, misshandel*, bluterguss, eingesperrt, eingeschlossen, vergessen +
        bus|kita|auto|schlafraum, allein* gelassen + kind|kleine|sohn|tochter|straße|spielplatz, unbeaufsichtigt*, aufsichtspflicht,
        fremden mit*|mitgegeben|ausgehändigt, bremsen + versagt*|versagen|nicht|ausgefallen, bremse versagt*, rad +
        abgefallen|gelöst|abgeflogen, radmuttern, eingeschlafen + fahrer|steuer|lenkrad, am steuer, fahrer +
        betrunken|alkohol|handy|fahne, nach alkohol, alkoholisiert*, aufzug|fahrstuhl +
        durchgesackt|abgestürzt|stecken|abgesackt|stundenlang, steckengeblieben + aufzug|fahrstuhl, notausgang|notausgänge|fluchtweg* +
        verschlossen|versperrt|zugestellt|abgeschlossen|zu|blockiert, geländer + locker|lose|abgebrochen|wackel*, balkon +
        geländer|lose|abgestürzt, zusammengebrochen + bett|stuhl|regal|ich|mutter, zusammengekracht, eingestürzt, deckenteil*, decke +
        herunter*|gekracht|eingestürzt, auf den kopf gefallen, falsche* medikament*|dosis|dosierung|tabletten|spritze|blutkonserve,
        medikament* verwechselt|vertauscht, überdosis, mg statt, zehnfache, schimmel + asthma|baby|kind|husten|lunge|atem*,
        krankenhausreif, lebensgefahr, sehr|extrem|echt|brand|wirklich|mega gefährlich, gefährlich für, brandgefährlich, ist|war|wäre ..
        gefährlich, gefährlicher mangel|zustand|unfall, unfall + verletzt|schuld|bremse*|fahrer, legionellen, listerien, k.o. tropfen, ko
        tropfen, dehydrier*, dekubitus, wundgelegen, fehlgeburt, herzinfarkt + ignoriert|notarzt|krankenhaus, alle krank, krank +
        nach|essen|alle
    """,
    "fr": """
        intoxiqué*, salmonell*, diarrhée*, tombé* malade*, malade* après|toute|comme, rendu* malade*,
        fini|finir|finie|finis|allé|allée|emmené|transporté|conduit .. hôpital|urgences, ambulance, réaction allergique, choc
        anaphylactique, blessé*, blessure*, fracture*, saigné, brûlure*, électrocut*, décharge électrique, incendie, pris|prend|prendre
        feu, en flammes, danger de mort, mise en danger, agressé*, agression, punaises de lit, fuite de gaz, morceau* de verre, évanoui*,
        intoxication alimentaire|au|aux|après|par, intoxication*, empoisonné|empoisonnés|empoisonnée|empoisonnement,
        vomi|vomit|vomissait|vomissements toute|après|tout|et|la|dans, a|ai|avons|ont vomi, à vomir toute|dans, malades
        dans|la|toute|tous|après, tous malades, neuf|cinq|quatre|trois|deux|six malades, aux urgences, service des urgences, à l hôpital,
        samu, hospitalisé|hospitalisée|hospitalisés|hospitalisation, appelé|appeler|intervention|arrivés|venus .. pompiers, pompiers sont,
        sous perfusion, perfusion, points de suture, dans le plâtre, plâtre + bras|jambe|semaines, cassé|cassée le|la
        bras|jambe|poignet|cheville|nez|dent|col|hanche|côte|bras, os cassé, s est|me suis|est cassé|fracturé le|la,
        tombé|tombée|tombés|chute|glissé + escalier*|mouillé*|hôpital|poignet|fracture|urgences|bras|verglas, commotion, traumatisme
        crânien, perdu connaissance, évanoui|évanouie, malaise + gaz|enfant|chaudière|fumée, allergi* +
        réaction|gonfl*|urgences|stylo|respir*|choc, gonflé* .. lèvres|visage|gorge|langue, lèvres|visage|gorge|langue|yeux ..
        gonfl*|enfl*, gonflé du visage, stylo + arachide|gonflé|fils|fille|sac, urticaire, plaques rouges, éruption cutanée, pouvait plus
        respirer, n arriv* plus à respirer, mal à respirer, du mal à respirer, étouff* + fils|fille|enfant|bébé|jouet|pièce|avec,
        odeur|sent|sentait|ça sent|fuite de gaz, odeur .. gaz, le gaz + odeur|fuite|sent, monoxyde, étincelle* +
        prise|chargeur|cable|câble|interrupteur, fumée + prise|chargeur|batterie|appareil|sort*|noire, fondu +
        câble|cable|prise|chargeur|plastique|fil, odeur de brûlé, brûlé + prise|main|doigt*|peau|visage|jambe|cuir|bras|moquette|tapis,
        brûlée + main|peau|jambe, cloque*, pris le jus, coup de jus, électrisé*, court circuit, batterie + explosé|feu|gonflé*|fumée, a
        explosé, verre + avalé|dent|soupe|salade|morceau*|bouche|éclat*, éclat* de verre, bout* de verre, morceau* de
        métal|plastique|verre, aiguille dans, lame de rasoir, dent cassée, avalé + pile|bouton|verre|pièce|morceau, frappé
        ma|mon|un|une|une|mes|par|notre|au, giflé|gifle|gifler|giflée, coups + poing|porté|videur|vigile|reçu, poussé|poussée +
        mur|escalier|violemment|terre, plaqué + mur|sol, étranglé*, attouchements, peloté*, main* baladeuse*, main* sur ma|mes|la
        cuisse*|fesse*|poitrine|jambe|seins, touché|touchée + cuisse*|fesse*|seins|inapproprié*, agression sexuelle,
        sexuel|sexuelle|sexuels|sexuelles + harc*|agress*|attouch*|propos|avances|gestes|abus, été violée|violé|violées, viol
        dans|sur|par, harcèlement*, harcelé|harcelée + serveur|sexuel*|employé|téléphone|chauffeur|patron, exhib*, suivi|suivie
        jusqu|chez, entré|rentré dans ma chambre + nuit|clé|passe, menacé|menacée|menaces de mort|par|avec|physiquement|ma|mon, menace* de
        mort, au couteau, avec un couteau, brûler + magasin|essence|boutique, jerrican, essence + allumette|avertissement, bleus sur,
        ecchymose*, hématome*, maltrait*, enfermé|enfermée|enfermés + noir|enfant|fils|fille|toilettes|heures|placard|dans, oublié|oubliée
        + bus|car|crèche|sieste|enfant|fille|fils, laissé|laissée seul|seule|seuls + enfant|fils|fille|route|parking|cour, sans
        surveillance, remis|confié .. à un inconnu, freins + lâché|marchaient|répond*|plus|coupés, freins lâché*, roue +
        détachée|partie|perdu*, endormi|endormie + volant|chauffeur|conducteur, au volant + téléphone|endormi|ivre|alcool, sentait l
        alcool, chauffeur + ivre|alcool|saoul|soûl|téléphone, ivre, état d ébriété, ascenseur + tombé|chute|bloqués|coincé*|lâché, coincé*
        + ascenseur, issue* de secours + bloqué*|fermé*|cadenas*|condamn*|verrouill*, sortie de secours + bloquée|fermée|cadenas*, garde
        corps, rambarde + cède|lâché|branl*|bouge, balcon + effondré|rambarde|barrière, effondré + plafond|lit|balcon|étagère|chaise,
        plafond + tombé|effondré|écroulé, s est effondré|écroulé|effondrée|écroulée, failli|presque|s est|manqué noyé|noyer|noyée, noyade,
        failli mourir|noyer|étouffer|écraser|perdre la vie|renverser|tuer|brûler, surdos*, erreur de
        médicament|dosage|dose|ordonnance|patient, mauvais|mauvaise|mauvaises|mauvais dosage|dose|médicament|médicaments|patient, mg au
        lieu, dix fois la dose, moisi*|moisissure* + asthme|bébé|enfant|poumon*|bronch*|tousse*|respir*, listeria, légionell*, escarre*,
        fausse couche, très|extrêmement|vraiment|super|potentiellement|c est|est|était dangereux|dangereuse, dangereux pour|de|pour, en
        danger, mis en danger, infarctus + ignoré|samu|hôpital, blessé|blessée|blessés, saigné|saignait|saignement|saignements|saigner
        du|de|beaucoup, en sang, du sang partout
    """,
    "es": """
        intoxicación*, intoxicado*|intoxicada*|intoxicamos, envenena*, salmonel*, vomitando, vomité, vomitó, vómito*, diarrea,
        enfermé|enfermó|enfermamos|enfermos|enfermo, puso|puse|pusimos enfermo|enferma|malo|mala|enfermos,
        terminé|acabé|terminamos|acabamos|tuve|fui|fuimos|ingresad*|llevaron .. hospital|urgencias, ambulancia, reacción alérgica, choque
        anafiláctico, herido*|herida|heridas, lesión, lesiones, lesionado*|lesionada, fractur*, quemadura*, quemó la mano|cara|piel,
        electrocut*, descarga eléctrica, prendió fuego, en llamas, explotó, explosión, inseguro*|insegura para, agredi*, agresión, acoso*,
        acosó|acosaron|acosar, abuso sexual, violación, violada, chinches, fuga de gas, vidrio|vidrios en, desmay*, enfermamos
        todos|toda|después|de|por, enfermos todos|toda|después|del, intoxicacion* alimentaria, vomitar|vomitando|vómitos toda|todo|y|la,
        empezó|empezamos|estuve|estuvimos|acabé|terminó a|de vomitar, suero + acab*|puesto|hospital|estuv*|pusieron, con suero, en
        urgencias, a urgencias, al hospital, en el hospital + acab*|ingres*|termin*|hijo|hija|madre|padre|días, ingresad*, uci, cuidados
        intensivos, llamar|llamamos|vino|llegó .. ambulancia, puntos de sutura, puntos en, rompió|roto|rompí|rota|fracturó el|la|un|una|mi
        muñeca|brazo|pierna|tobillo|cadera|nariz|diente|costilla|fémur|hombro|dedo, se rompió|fracturó +
        muñeca|brazo|pierna|cadera|tobillo|diente, escayol*, yeso + brazo|pierna|semanas, cayó|caí|caída|resbaló|resbalé +
        escalera*|mojad*|urgencias|hospital|muñeca|cadera|golpe|cabeza, conmoción, perdió|perdí el conocimiento, inconsciente, reacción
        alérgica*, alérgic*|alergia + reacción|hinch*|urgencias|respirar, hincharon|hinchó|hinchada|hinchado|hinchados +
        labios|cara|garganta|lengua|ojos|boca, ronchas, urticaria, sarpullido, no podía|podíamos|puedo|pude|costaba respirar, costarle
        respirar, dificultad para respirar, falta de aire, asfixi*, ahog* + hijo|hija|niño|niña|piscina|bebé|casi, atragant*,
        huele|olor|olía a gas, olor .. gas, huele raro + caldera|gas|mareada, monóxido, caldera + mare*|gas|dolor de cabeza,
        chispas|chispazo*|chispa + enchufe|cable|secador|cargador|saltó, humo + enchufe|cargador|batería|motor|salió|salía,
        derritió|derretido + cable|enchufe|cargador, olor a quemado, quemado|quemada + mano|piel|cara|brazo|enchufe|cuero, me|se
        quemé|quemó la|el|las|los|mi, quemaduras, ampollas, calambrazo, descarga, me dio corriente, dio .. corriente, cortocircuito, se
        incendió, incendio en|por|de, batería + explotó|incendi*|hinch*, cristal* + comida|ensalada|sopa|boca|tragu*|tragó|trozo*|plato,
        trozo* de cristal|vidrio|metal|plástico, aguja en, navaja|cuchillo + amenaz*|sacó|con, cuchilla, diente roto, me rompí un diente,
        tragó|tragué + pila|cristal|vidrio|pieza|botón, pegó|pegaron|golpeó|golpearon|abofeteó|empujó|empujaron|agarró|zarandeó
        a|al|me|mi|un|una|mi, me|le|nos|lo|la pegó|pegaron|golpeó|golpearon|empujó|empujaron|agarró|golpearon, bofetada|bofetón|guantazo,
        paliza, puñetazo*, manoseó|manoseo|manosear|tocamientos, tocó|metió mano|manos, me tocó la|el|las pierna|pecho|culo|muslo|nalga*,
        mano en mi|el|la muslo|pierna|culo|rodilla, acoso sexual, sexual|sexuales|sexualmente + acos*|abus*|agres*|insinu*|comentarios,
        violó, violador, me siguió|siguieron|persiguió, entró en|a mi|nuestra habitación + noche|llave|madrugada,
        amenazó|amenazaron|amenazado|amenazada|amenazas|amenazaba|amenaza de, quemar + local|tienda|gasolina|casa, gasolina +
        aviso|cerilla, moratón*|moretón*|moretones|moratones|cardenales, maltrat* + niño*|hijo|hija|anciano*|abuel*|físic*|madre,
        encerró|encerraron|encerrada|encerrado|encerrados, olvidaron|olvidó + autobús|bus|niña|niño|hijo|hija, estaba solo|sola +
        patio|calle|niño|niña|años, sin vigilancia|supervisión + niño*|hijo|piscina, entregaron .. desconocido, frenos +
        fallaron|funcion*|fallo|sin, sin frenos, rueda + salió|soltó|cayó, dormido|durmió|dormía|dormida +
        volante|conductor|chofer|chófer, al volante + móvil|celular|borracho|dormido|alcohol, olía a alcohol, borracho|ebrio +
        conductor|chofer|chófer|taxista|volante, ascensor|elevador + cayó|atrapad*|desplomó|encerrad*, salida* de emergencia +
        cerrad*|bloquead*|candado|bloque*, barandilla|barandal + suelta|floja|cedió|rota|movía, se derrumbó|desplomó|cayó el techo, techo
        + cayó|derrumb*|encima, casi .. muere|muero|ahoga|ahogo|mata|matan|atropella|morimos|atropellan, medicamento*
        equivocad*|vencid*|caducad*, dosis equivocada|incorrecta|doble, sobredosis, mg en vez|lugar, moho +
        asma|bebé|hijo|hija|pulmon*|tos, es|muy|fue|era|está|súper|bastante peligroso|peligrosa|peligrosos, peligroso para, un peligro, en
        peligro, sangrando|sangró|sangraba|sangrar|sangre por|en la|en el, herido por|grave|leve, heridos, aborto espontáneo, infarto +
        ambulancia|hospital|ignor*, atropell*
    """,
    "it": """
        intossicazion*, intossicat*, avvelena*, salmonell*, diarrea, sentiti|sentito|stati|stato|stata|sentita male dopo|tutta,
        finit*|andat*|portat*|ricoverat* .. ospedale|soccorso, ambulanza, reazione allergica, shock anafilattico, ferito|ferita|feriti,
        infortun*, frattur*, sanguin*, ustion*, ustionat*, scossa elettrica, folgorat*, in fiamme, picchiat*, stupr*, minacciat*,
        cimici|cimice, fuga di gas, pezzi di vetro, svenut*, intossicazione alimentare, vomitato|vomitare|vomito tutta|tutto|e|dopo|la,
        ho|abbiamo|ha|hanno|aveva vomitato, a vomitare, al pronto soccorso, pronto soccorso, in ospedale, all ospedale, ricovera*, terapia
        intensiva, rianimazione, flebo, punti di sutura, punti in|alla|sul, gesso + braccio|gamba|settimane|polso|caviglia, ingessat*,
        rotto|rotta|fratturato|spezzato il|la|un|una polso|braccio|gamba|caviglia|naso|dente|femore|anca|costola|dito|osso,
        cadut*|scivolat* + scal*|bagnat*|ospedale|polso|femore|frattura|testa, commozione cerebrale, perso i sensi, perso conoscenza,
        allergi* + reazione|gonfi*|respir*|soccorso, gonfi* + labbra|viso|faccia|gola|lingua|occhi, labbra|viso|faccia|gola|lingua ..
        gonfi*, orticaria, eruzione cutanea, non riusciv* .. respirare, non respirava, difficoltà respiratori*, difficoltà a respirare,
        soffoc*, annegat*|annegare|annegando, puzza|odore di gas, odore .. gas, fuga .. gas, monossido, caldaia + gas|giramenti|mal di
        testa|svenut*, scintill* + presa|cavo|caricatore|presa, fumo + presa|batteria|caricabatterie|caricatore|spina|usciva, cavo fuso,
        fuso + cavo|presa|spina|caricatore, squagliat*|sciolto + cavo|presa|spina|caricatore, odore di bruciato, puzza di bruciato,
        bruciat* + mano|pelle|viso|dita|gamba|tappeto|presa|cuoio, annerit*, scottat* + mano|pelle|viso|gamba|cuoio, vescic*, presa la
        scossa, preso la scossa, la scossa, corto circuito, cortocircuito, ha preso|preso fuoco, preso fuoco, andato a fuoco, incendiat*,
        incendio in|nel|della|causato, esploso|esplosa|esplosione|esplodere, vetro + cibo|insalata|bocca|piatto|ingoiat*|zuppa|pezz*,
        scheggi* di vetro|metallo, pezzo di vetro|metallo|plastica, ago nel*, lametta, dente rotto, ingoiat* + pila|vetro|pezzo|bottone,
        aggredito|aggredita|aggrediti|aggressione fisica, aggressione, schiaff*, pugno|pugni + faccia|buttafuori|dato|viso,
        spinto|spinta|spintonat* + muro|terra|scale, strattonat*, mani addosso, messo|messe le mani, palpat*, palpeggi*, toccat* +
        gamba|coscia|seno|sedere|ginocchio, mano sulla|sul coscia|gamba|ginocchio|sedere,
        molestie|molestato|molestata|molestatore|molestava, sessual* + molest*|abus*|viol*|avances|commenti, seguit* fino|a casa, entrat*
        .. camera + notte|chiave|notturn*, minacce|minacciato|minacciata|minacciati, con un coltello, coltello + minacci*|puntat*|tirato,
        benzina + avviso|accend*|tanica, darvi fuoco, lividi|livido, maltratt* + bambin*|figli*|anzian*|madre, chiuso|chiusa|rinchius* +
        buio|bagno|stanzino|ore|ripostiglio, dimenticat* + pulmino|bus|autobus|bambin*|figli*, da solo|sola|soli +
        bambin*|figli*|strada|cancello|giardino, senza sorveglianza, consegnat* .. sconosciuto, freni +
        funzion*|rott*|ceduto|rispond*|mancat*, senza freni, ruota + staccata|persa|volata, addormentat* + volante|autista|guida, colpo di
        sonno, autista + ubriaco|telefono|alcol|cellulare|addormentat*, puzzava di alcol, ubriaco al, ascensore +
        precipitat*|bloccat*|cadut*|caduto, bloccat* + ascensore, uscit* di sicurezza|emergenza + chius*|bloccat*|lucchett*|sbarrat*,
        ringhiera|parapetto|balaustra + muove|ceduto|staccat*|traballa|rott*, crollat* + soffitto|letto|balcone|mensola, soffitto +
        cadut*|crollat*, rischiato di|la morire|vita|annegare|soffocare, quasi mort*|annegat*|soffocat*, farmaco sbagliato, medicin*
        sbagliat*, dose sbagliata, dosaggio sbagliato, sovradosaggio, mg invece, scambi* .. farmac*, muffa +
        asma|bambin*|figli*|neonat*|polmon*|tosse, è|molto|davvero|estremamente pericoloso|pericolosa|pericolosi, pericoloso per, in
        pericolo, sanguinava|sanguinare|sanguinato, investit* + auto|autista|strada, aborto spontaneo, piaghe da decubito, infarto +
        ospedale|ambulanza|ignor*
    """,
    "pt": """
        intoxica*, envenena*, salmonel*, diarreia, infecção alimentar, fui|parei|parar|parou|internad*|levad*|levado ..
        hospital|emergência|socorro, ambulância, samu, reação alérgica, choque anafilático, ferido*|ferida|feri|feriu, ferimento*,
        fratur*, queimadura*, queimei a|o|minha, choque elétrico, levei um choque, pegou|pegando|pegar fogo, em chamas, risco de
        vida|morte, agredi*, agressão|agressões, assédio, assedi*, estupr*, percevejo*, vazamento de gás, desmai*, morrendo de dor,
        sofrendo muito, cirurgia urgente|urgência, urgência .. cirurgia, cacos de vidro, maus tratos, intoxicação alimentar,
        passamos|passei|passou|passando mal depois|após|com|a|de|e|por, todos|família passaram|passou mal,
        vomitando|vomitei|vomitou|vômito|vomitar|vômitos a|e|muito|toda|com, uti, pronto socorro, pronto atendimento +
        levei|correr|corri|filh*, no soro, tomando soro, soro na|no, hospitalizad*, internação, internado|internada,
        levei|levou|levaram|levado|levada|correndo .. pro|para|ao|no hospital, pontos na|no|de sutura, gesso + braço|perna|semanas|pé,
        quebrou|quebrei|fraturou|quebrado o|a|meu|minha braço|perna|pulso|punho|tornozelo|nariz|dente|quadril|costela|pé|dedo,
        caiu|caí|queda|escorreg* + escada*|molhad*|hospital|braço|fratur*|cabeça|fêmur, desmaiou|desmaiei|desmaiada, perdeu a consciência,
        alergi*|alérgic* + reação|inch*|respirar|hospital, inchou|inchada|inchado|inchar|inchados +
        lábio*|boca|rosto|garganta|língua|olho*, urticária, falta de ar, não conseguia respirar, dificuldade de|para|em respirar, engasg*,
        sufoc*, afog*, cheiro .. gás, cheirando a gás, monóxido, faísca* + tomada|cabo|carregador|fio, fumaça|fumo +
        tomada|carregador|bateria|cabo|aparelho|saiu|saindo, derreteu|derretido|derretida + cabo|tomada|carregador|fio, cheiro de
        queimado, queimou|queimei|queimado|queimada + mão|pele|rosto|braço|perna|cabeça|couro|dedo*, queimaduras, bolhas na|no +
        pele|mão|queim*, choque + levei|levou|tomei|dá|dando|elétric*, dando choque, curto circuito, risco de
        incêndio|choque|explosão|morte|acidente, é um risco, passando corrente, pegou fogo, explodiu na|no|em|e, bateria +
        explod*|fogo|inchada|estufada, explosão, incêndio na|no|em, vidro + comida|salada|boca|engoli*|prato|pedaço*|caco*, pedaço* de
        vidro|metal|plástico|osso, agulha na|no, lâmina, engoliu + pilha|vidro|peça|botão, dente quebrado,
        machucou|machuquei|machucado|machucada|machucados|machucar, bateu|bateram|empurrou|empurraram|agrediu|chutou em|no|na|meu|minha,
        tapa na|no, soco*, me empurrou|agarrou|bateu|segurou, passou a mão, mão na|no minha|meu|perna|coxa|seio|bunda, me apalpou|tocou,
        apalp*, importunação, sexual|sexuais|sexualmente + assédio|abus*|agres*|comentários|importun*, abuso|abusou|abusada, me
        seguiu|perseguiu|seguindo, entrou no meu|nosso|quarto + noite|chave|madrugada, ameaçou|ameaçaram|ameaçado|ameaçada|ameaças|ameaça
        de|ameaçando, com uma faca|arma, faca + ameaç*|puxou, botar|tocar|atear fogo, gasolina + aviso|galão, hematoma*|roxo|roxos +
        braço|perna|filh*|criança|mãe|pulso*, trancou|trancaram|trancada|trancado|trancados, esqueceram|esqueceu +
        criança|filh*|ônibus|van|carro|creche, sozinh* + criança|filh*|rua|portão|pátio, sem supervisão, entregaram ..
        estranho|desconhecido, freio*|travões + falh*|funcion*|pegou|sem, sem freio, roda + soltou|caiu|saiu, dormiu|cochil*|adormeceu +
        volante|motorista|motoristas, ao volante, motorista + bêbado|álcool|celular|dormindo|embriagad*, cheirando a|álcool, bêbado +
        motorista, elevador + caiu|despenc*|pres*|preso, saída* de emergência + trancad*|fechad*|bloquead*|cadeado, corrimão|guarda
        corpo|grade|parapeito + solt*|cedeu|caiu, teto|forro|gesso + caiu|desabou|cima, desabou, quase ..
        morri|morreu|morre|morremos|afogou|atropel*, remédio*|medicamento* errad*|vencid*|trocad*, dose errada, dosagem errada, overdose,
        mg em vez|ao invés|no lugar, mofo + asma|bebê|filh*|pulm*|alergia|bronquite, é|muito|super|são|extremamente
        perigoso|perigosa|perigosos, perigoso para, em perigo|risco, um perigo, sangrando|sangrou|sangramento|sangrar|sangue no|na|por,
        ferido|feriu|feri|ferida|feridos a|o|com|na|no|minha|meu, risco de vida, vida em risco, atropel*, aborto, infarto|avc +
        hospital|esper*|atend*|neg*, cirurgia + urgente|urgência|negad*|cancel*|adiad*, quimioterapia + negad*|atras*|sem|parad*|cancel*,
        tratamento + câncer|negad*|oncolog*, dores + fortes|insuportáve*|grávida|sofr*|intens*, gritando|chorando de dor, dor|dores
        insuportáve*, piora no quadro, gestante|grávida + risco|dor*|sangr*|negad*|atend*, autista|autismo + neg*|cancel*|sem|terapia*
    """,
    "nl": """
        voedselvergiftiging, *vergiftiging, vergiftigd, salmonella, overgegeven, diarree, in|naar het ziekenhuis, spoedeisende, ambulance,
        allergische reactie, gewond, verwond*, letsel, gebroken been|arm|pols, bloedde|bloeden, verbrand mijn|aan, brandwond*, elektrische
        schok, vlam gevat, brandgevaar*, ontploft, ontplofte, levensgevaarlijk*, onveilig*, aangevallen, mishandel*, lastiggevallen,
        aangerand, bedwants*, gaslek, glasscherv*, flauwgevallen, voedselvergiftig*, overgeven na|en|de|hele, hele nacht ..
        overgegeven|gebraakt|gespuugd|kotsen, moeten overgeven|braken, moest overgeven, boven de emmer, gebraakt, gespuugd +
        nacht|kind*|na, met .. ziek geworden, allemaal|iedereen|alle .. ziek + na|geworden, ziek geworden van|na|door|door, doodziek
        van|na|geworden|door, eerste hulp, de seh, op de ic, intensive care, infuus, ziekenwagen, ambulance*, gehecht, hechtingen, in het
        gips, gips + weken|arm|been|pols|enkel, gipsbeen, gebroken + arm|been|pols|enkel|neus|heup|rib|teen|vinger|sleutelbeen|tand,
        pols|arm|been|enkel|heup|neus|sleutelbeen .. gebroken, gevallen|uitgegleden + trap|nat|natte|heup|pols|ziekenhuis|hoofd|gladde,
        hersenschudding, bewusteloos, allergi* + reactie|opgezwollen|gezwollen|ademen|ziekenhuis|epipen,
        gezwollen|opgezwollen|dikke|opgezet + lip|lippen|gezicht|tong|keel|ogen|hoofd, galbulten|netelroos, huiduitslag, geen lucht, niet
        meer ademen, benauwd, stikte|stikken|gestikt|verstikking*, bijna ..
        gestikt|verdronken|ingeslikt|dood|aangereden|omgekomen|verongelukt|doodgereden, verdronken|verdrinken, ingeslikt, verslikt +
        speelgoed|stukje|kind|zoon*|knoop, gaslucht, ruikt|rook|stinkt .. gas, gas + lek|ruiken|lucht, koolmonoxide*, co melder,
        vonken|vonk + stopcontact|stekker|kabel|lader|uit, rook + stopcontact|stekker|lader|accu|batterij|uit|apparaat, gesmolten +
        stekker|kabel|stopcontact|lader|snoer, schroeilucht, schroeiplek*, brandlucht, verbrand + hand|vinger*|huid|arm|gezicht|hoofdhuid,
        brandblaar|brandblaren, blaren, schok + gekregen|kreeg|stroom|elektrische, onder stroom, kortsluiting, in brand
        gevlogen|vloog|stond|gestaan, vloog in brand, vlamvatte, accu|batterij + ontplof*|brand|opgezwollen, er was|uitgebroken brand,
        brand + er was|uitgebroken|keuken|brandweer|woning, glas + salade|soep|mond|eten|ingeslikt|stuk*, stuk* glas|metaal|plastic in,
        naald in, tand afgebroken, scheermes*, geslagen + kind|zoon|dochter|mij|me|gezicht|vrouw|uitsmijter|portier, klap +
        gezicht|gaf|gekregen, geduwd + muur|trap|grond|mij, aangeraakt + ongewenst|borst|been|dij|bil*, hand op mijn|haar
        been|dij|knie|bil|borst, betast, aangerand*, aanranding, ongewenste intimiteiten, seksueel|seksuele +
        intimid*|misbruik*|overschrijd*|geweld|lastig*, verkracht|verkrachting, gestalkt, achtervolgd, mijn kamer binnen* + nacht|sleutel,
        bedreigd door|met|mij|en, bedreigde mij|me|ons|mijn, bedreiging*, met een mes, jerrycan, in brand steken|zetten, weet waar +
        woon*|magazijn|staat, blauwe plek* + kind|zoon*|dochter*|arm*|moeder|pols*|armen, opgesloten, sluit .. op, vergeten +
        bus|kinderdagverblijf|dochter*|zoon*, alleen gelaten|achtergelaten + kind|dochter|zoon*|straat, zonder toezicht, meegegeven ..
        vreemde, remmen + niet|weiger*|begaven|deden|kapot, wiel .. losgekomen|eraf|verloren|los, in slaap + chauffeur|stuur, achter het
        stuur, chauffeur + dronken|alcohol|telefoon|appen|slaap, rook naar alcohol|drank, dronken + chauffeur|bestuurder|stuur, lift +
        gevallen|vast|vastgezeten|opgesloten|naar beneden, nooduitgang* + slot|geblokkeerd|dicht|afgesloten|kettingslot|versperd,
        leuning|balustrade|hek|reling + los|begaf|brak|wiebel*, ingestort|instort*, plafond + gevallen|naar beneden|ingestort,
        losgeschoten|losschoot, verkeerde medicijn*|medicatie|dosis|pillen|injectie, medicijnen verwisseld, overdosis, mg in plaats,
        schimmel + astma|baby|kind*|longen|hoest*|benauwd, is|was|zeer|heel|erg|echt|super|bloed gevaarlijk|gevaarlijke, gevaarlijk voor,
        gevaarlijke situatie*, levensgevaar*, in gevaar, bloedend|bloeden|gebloed|bloedde|bloed overal, miskraam, doorligwonden, deur +
        tijdens het rijden, aangereden, hartinfarct + ziekenhuis|ambulance|niet
    """,
    "pl": """
        zatrułem, zatrułam, zatruliśmy, zapalił się, wybuch*, napastow*, pobity, zatruci* pokarmow*|po|czad*|jedzeni*, zatrucie,
        zatruł|zatruła|zatruli*|zatruliśmy|zatrutych|zatruty, wymiotowa*|wymioty|wymiotów, biegunk*|biegunka, rzyga*, salmonell*, do|w
        szpitala|szpitalu, szpitala|szpitalu + trafi*|wylądowa*|zawieź*|leży|leżał*|odwie*, sor, na sor, na|do oiom*|oiomie,
        karetka|karetkę|karetki|karetką, pogotowi*, kroplówk*, hospitaliz*, szwy|szwów|szwami, gips*|gipsie|gipsu, złama* +
        ręk*|nog*|nadgars*|kost*|nos|żebr*|palec|ząb|biodro|obojczyk, ręka|noga|nadgarstek .. złama*, wstrząs*|wstrząśnienie mózgu,
        wstrząs anafilaktyczny, zemdla*, straci* przytomność, nieprzytomn*, upad*|spad*|poślizg* +
        gips*|schod*|mokr*|szpital*|złama*|trampolin*, alergi*|uczul* + reakcj*|spuch*|oddych*|szpital*|pokrzywk*|duszn*, reakcj*
        alergiczn*, pokrzywk*|pokrzywkę, wysypk*, spuchn*|opuch* + twarz*|warg*|ust*|gardł*|język*|oczy|oczu, nie mogł* .. oddychać, nie
        mogł* złapać, duszności|dusić|dusił*|udusi*|zadławi*|zakrztusi*, uciekało .. powietrze, utop*|utonę*|tonę*, ulatnia*|ulatniał*
        gaz*, zapach gazu, czuć gaz*, śmierdzi gazem, gaz* + ulatnia*|śmierdzi|czuć|kopci|wyciek*, tlenek węgla, czad|czadem|czadu|czujnik
        czadu, zaczadz*, iskr*|iskrzy* + gniazd*|kab*|wtyczk*|ładowark*, dym* + gniazd*|ładowark*|bateri*|kab*|wydobywa*, stopi*|stopion*
        + kab*|wtyczk*|ładowark*|gniazd*, spalenizn*, poparz*|oparz*, pęcherze, porazi*|porażeni* prąd*, kopn* prąd*, zwarci*|zwarcie,
        pożar*|pożaru, zapali*|zapaliła się, stanę* w ogniu|płomieniach, wybuch*|eksplod*, szkł*|szkło +
        jedzeni*|zup*|sałat*|ust*|połkn*|kawał*, kawałek|kawałki|odłamek|odłamki szkła|metalu, igł* w, ząb + złama*|ukrusz*, połkn* +
        bateri*|szkł*|element|guzik, pobi*|pobił|pobiła|pobity|pobili, uderzy* + mnie|dziecko|syna|córk*|głow*|twarz*, spoliczkow*,
        popchn* + mnie|ścian*|schod*|syna, wykręci* .. rękę, napaść|napad*|napastow*, molest*, obmacyw*|obmaca*|dotyka* +
        kolan*|piers*|ud|noga|nogę|pośladk*|mnie, gwałt*|zgwałc*, seksualn*, śledzi*|prześladow* + mnie|ją|domu, wszedł do .. pokoju +
        nocy|klucz*, groził*|grozi|groźb*|grozili + mi|nam|śmierci*|nożem|mnie, z nożem|nożem, podpal*|spalę, kanister*,
        siniak*|siniaki|siniec + dziec*|syn*|córk*|mam*|rękach|nadgars*, znęca*, zamkn*|zamyka* + dziec*|syn*|córk*|ciemn*|pokoj*|toalec*,
        zapomni*|zostawi* + autobus*|busie|przedszkol*|dziec*|syn*|córk*|aut*|sam*, bez opieki, wydał* .. obcemu|obcej, obcemu mężczyźnie,
        hamulc*|hamulce + zawiod*|działa*|nie, koło + odpadł*|odkręc*, zasn*|zasypia*|przysyp*|przysn* + kierowc*|kierownic*, kierowc* +
        pijan*|alkohol*|telefon*|przysn*|zasn*, czuć alkohol*|od niego alkohol*, pijany|pijanego|nietrzeźw* kierowc*, wind* +
        spadł*|zatrzas*|utkn*|urwa*, utknę* w windzie, wyjści* ewakuacyjn* + zamkn*|zablok*|zastawi*|kłódk*, barierk*|poręcz*|balustrad* +
        luźn*|odpad*|urwa*|rusza*, zawali* się, sufit + spadł*|zawali*|runą*, omal|prawie|o mało nie ..
        zginą*|umarł*|utoną*|udusi*|rozjecha*|potrąci*, potrąci*, złe|zły|niewłaściw*|pomylon*|zamieni* lek*|leki|dawk*|lekarstw*, pomyli*
        leki|lekarstw*|dawk*, przedawkow*, mg zamiast, pleśń|pleśni|grzyb + astm*|dziec*|alerg*|niemowl*|płuc*|kaszl*,
        jest|było|bardzo|to|naprawdę niebezpieczn*, niebezpieczne dla, zagroż* życi*|zdrowi*, w niebezpieczeństwie, krwawi*|krew|krwi +
        lał*|głow*|leci*, ranny|ranna|ranne|zranił*|skaleczył*, obdukcj*|obdukcja, poroni*, zawał* + szpital*|karetk*, noworodk*|niemowl*
        + gaz*|czad*|zimn*
    """,
    "tr": """
        fenalaş*, acile gittik|götürdük|kaldırdık|kaldırıldı|başvurduk|gittim, acil servis*, acilde,
        alev aldı, yaraland*, taciz*, darp, zehirlen*|gıda zehirlen*, zehirlendik|zehirlendi|zehirlendim|zehirlenme|zehirlenmesi,
        kustuk|kustum|kustular|kusmaya|kusmaktan|kusma|kusuyor*|kusarak, ishal*,
        hastanelik*|hastaneye|hastanede|hastaneden|hastanedeyim|hastanedeyiz, acile|acilde|acil servis*|acillik, ambulans*|ambulansla,
        serum + bağla*|yedi*|tak*|aldı*, yoğun bakım*, dikiş + at|kafa*|baş*|sekiz|beş|üç, alçı*|alçıya|alçıda, kırıldı +
        kol*|bacak*|bilek|bileğ*|burn*|kemik|diş*, kolu|kolum|bacağı|bacağım|bileği|bileğim|burnu|dişim|kaburga* kırıldı|kırık|kırdı,
        düştü*|düştüm|kayıp + merdiven*|ıslak|kırıl*|hastane*|başını, bayıldım + kusma|gaz|hastane*, bayıldı +
        çocuk|kızım|oğlum|annem|gaz|hastane*, beyin sarsıntı*, alerji* + reaksiyon*|şişti|nefes|hastane*|acil*, anafila*, şişti +
        yüz*|dudak*|dil*|boğaz*|göz*, yüzü|dudağı|dudakları|yüzüm|dudağım|boğazı|dili şişti|şişmiş, kurdeşen, döküntü*, nefes
        alama*|alamıyor*|alamadı*|alamadım, nefesi kesil*, boğul*|boğulu*|boğuluyordu, boğazına|boğazında kaçtı|takıldı, gaz
        kokusu|kokuyor|kaçağı|sızıntı*|kaçak, karbonmonoksit*|karbon monoksit, kombi + baş*|gaz|zehir*, kıvılcım*, duman +
        çık*|priz*|şarj|kablo|batarya, priz* + yan*|kıvılcım*|duman|patla*|çarp*, eridi|erimiş + kablo*|priz*|fiş*|adaptör*|şarj, yanık
        koku*|kokusu, yandı + elim|eli|parmağ*|cilt*|cildim|yüz*|saç*|kafa*, elim|yüzüm|saçım|cildim|kolum|bacağım .. yandı|yanık,
        haşlandı*, su topladı, elektrik çarp*|çarptı|çarpıyor|kaçağı, çarpıldı*, kısa devre, yangın + çık*|başla*|tehlike*|ev, alev
        aldı|aldı|alev*, tutuştu, patladı + elim*|batarya|telefon|kazan|ocak|tüp|şarj|mutfak|yüz*|cam|lastik, cam +
        yemeğ*|salata*|çorba*|ağz*|yuttu*|kırığı|kırıkları, metal parça*, iğne + çıktı|yemek*, jilet, yuttu + pil|cam|parça|düğme,
        dövdü*|dövül*|darp|darbe*|tokat*|yumruk*|tekme*, vurdu + bana|çocuğ*|oğlum*|kızım*|yüz*|kafa*, itti + duvar*|beni|yere|merdiven*,
        saldırdı|saldırı|saldırıya, elle taciz|tacizi|tacize|taciz etti|taciz, dokundu + bacağ*|uygunsuz|göğs*|vücud*, elini ..
        bacağıma|bacağına|belime, tecavüz*, cinsel*, takip etti + beni|eve|evime|kızım*, odama|odamıza girdi|girmiş + gece|anahtar*,
        tehdit*|tehdit etti|edildim|ediyor, bıçak* + çekti*|tehdit*|çıkardı, öldürürüm|öldürmekle, yakarım + dükkan*|burayı|benzin, benzin
        + uyarı, morluk*|morarmış|morarma*|mosmor, kilitledi*|kilitli kaldı*|kapattı + karanlık|tuvalet*|oda*|çocu*|kapı*,
        unutmuş*|unuttu*|unutuldu + servis*|araç*|otobüs*|kızım*|oğlum*|çocuğ*, tek başına|yalnız +
        çocu*|oğlum*|kızım*|sokak*|cadde*|bahçe*, gözetimsiz, yabancıya|yabancı birine + ver*|teslim, fren* +
        tutma*|patla*|çalışma*|boşal*, tekerlek*|teker + çık*|fırla*|kop*, uyudu|uyuyakal*|uyukla*|uyuyordu + şoför*|direksiyon*|sürücü*,
        direksiyon* başında, alkollü* + şoför*|sürücü*|taksici, alkol kok*, içki kok*, asansör* + düştü|düşüyor|mahsur|kaldı*|sıkış*, acil
        çıkış*|yangın merdiven*|yangın çıkış* + kilit*|kapalı|zincir*, korkuluk*|tırabzan*|balkon* + kop*|sallan*|gevşek|kır*,
        çöktü|çökmüş|çökmesi, tavan + çök*|düştü|düşüyor, az kalsın|neredeyse|kıl payı .. ölü*|boğul*|ölecek*|ezil*|çarp*, ölümden dön*,
        yanlış ilaç*|doz|reçete|iğne|aşı, ilaç* karış*, doz aşım*, mg yerine, küf* + astım*|bebe*|çocuğ*|öksür*|akciğer*|nefes,
        çok|gerçekten|hayati|son derece tehlikeli|tehlike, hayati tehlike, can güvenliğ*, ölüm tehlike*, kanadı|kanama*|kanıyor*|kan
        içinde, yaralandı*|yaralı*|yaralanma*, düşük yap*, böcek ısır*, tahtakurusu
    """,
    "ja": """
        食中毒, 救急車, 入院, やけど, 火事, 発煙, 爆発, 感電, 嘔吐, 下痢, 暴力, 痴漢, セクハラ, 脅迫, 異物混入, 漏電, 食中毒に, 食中毒で,
        食中毒を, 食中毒が, 食中毒の症状, 救急に, 救急へ, 救急外来, 救急搬送, 搬送され, 病院に運, 病院に行, 病院へ行, 病院に駆, 病院で診,
        病院送り, 病院に搬, 病院に通, 点滴, 集中治療, ICU, 意識を失, 意識不明, 失神し, 気を失, 骨折, 骨を折, 骨にひび, 脱臼, 捻挫, 脳震盪,
        針縫, 縫いました, 縫うこと, ギプス, 怪我をし, 怪我しま, 怪我した, 怪我を負, 怪我させ, 大怪我, けがをし, けがした, けがしま,
        ケガをし, ケガした, ケガしま, 負傷, 出血し, 出血が, 内出血, 流血, 血が出, 血だらけ, 血まみれ, 火傷し, 火傷を, やけどし, やけどを,
        水ぶくれ, かぶれ..ひど, 皮膚..痛み, 唇..腫れ, 顔..腫れ, 喉..腫れ, まぶた..腫れ, 腫れ上が, 腫れて..息, 息ができな, 呼吸が苦し,
        呼吸困難, 息苦し, ゼーゼー, アナフィラ, エピペン, アレルギー反応, アレルギー症状, アレルギー..発症, 蕁麻疹, じんましん, 吐いて,
        吐きま, 吐いた, 下痢を, 下痢が, 下痢に, 下痢と, 腹痛..下痢, 窒息, 喉に詰ま, のどに詰ま, 誤飲, 飲み込ん+破片, 溺れ, ガス臭,
        ガスの臭, ガス漏れ, ガスのにおい, ガスの匂い, 一酸化炭素, 火花, 発火し, 発火しま, 火が出ま, 火が出た, 火が出て, 火を吹, 煙が出,
        煙が上, 焦げ臭, 焦げて+コード, 焦げ+充電, 焦げ+コンセント, 焦げ+カーテン, 溶けて+コード, 溶け+充電, 溶け+コンセント, 溶け+プラグ,
        ショートし, 爆発し, 破裂し, 異物が, ガラス片, ガラスの破片, 金属片, ガラスが入, 針が入, 歯が欠け, 歯が折れ, カミソリ, 殴られ,
        殴った, 殴りか, 殴る, 叩かれ, 蹴られ, 突き飛ば, 暴力を, 暴行, 平手打ち, 首を絞, 腕を掴, 腕をつか, 体を触, 太ももを触, 胸を触,
        お尻を触, 触られま, 触られた, 触ってき, 性的, わいせつ, レイプ, 強姦, つきまと, ストーカー, 部屋に入..夜, 勝手に部屋に入, 盗撮,
        脅され, 殺すぞ, 殺してや, 火をつけ, 燃やして, 刃物, ナイフを, あざが, アザが, 痣, 虐待, 閉じ込め, 置き去り, 置き忘れ+子, 取り残さ,
        一人で..放置, ブレーキ..効か, ブレーキ..きか, ブレーキ..利か, タイヤが外, 車輪が外, 居眠り, 飲酒運転, 酒臭, ながら運転,
        エレベーター+落下, エレベーター+閉じ, 非常口+塞, 非常口+鍵, 非常口+施錠, 手すり+外れ, 手すり+ぐらつ, 手すり+折れ, 天井+落ち,
        崩れ落ち, 崩壊, 死にかけ, 死ぬところ, 死ぬかと思, 命の危険, 命に関わ, 殺されるか, 事故になる, 事故に遭, 大事故, 轢かれ,
        ひかれそう, 薬を間違, 薬が間違, 違う薬, 別の患者, 別人の薬, 投薬ミス, 誤投与, 用量..間違, 過剰摂取, カビ+喘息, カビ+咳, 危険です,
        危険だ, 危険を感じ, 危険な商品, 危険な運転, 大変危険, とても危険, 非常に危険, 危険極まり, 危険すぎ, 流産, 転落, 転倒し, 滑って転,
        頭を打, 頭を強打, 熱中症, 脱水症, 床ずれ, 褥瘡, 体調が悪くなり, 気分が悪くなり, 具合が悪くなり
    """,
    "zh": """
        食物中毒, 急诊, 急診, 救护车, 救護車, 受伤, 受傷, 起火, 火灾, 火災, 爆炸, 触电, 漏电, 漏電, 呕吐, 嘔吐, 拉肚子, 腹泻, 骚扰, 騷擾,
        殴打, 烫伤, 冒烟, 臭虫, 床虱, 安全隐患, 中毒了, 煤气中毒, 一氧化碳, 中毒进, 中毒住, 進醫院, 进医院, 进了医院, 進了醫院, 去医院,
        去了医院, 去醫院, 去了醫院, 送医, 送醫, 送到医院, 送去医院, 到医院, 医院检查, 医院看, 住院了, 住院, 住了院, 打120, 120拉, 抢救,
        搶救, 重症, ICU, 挂水, 吊水, 输液, 輸液, 打点滴, 打點滴, 吊针, 掛急診, 昏迷, 晕倒, 暈倒, 昏倒, 休克, 骨折, 骨裂, 摔断, 摔斷,
        脑震荡, 腦震盪, 缝了, 縫了, 缝针, 石膏, 流血, 出血, 血流, 划破+手, 割伤, 割傷, 割破, 扎伤, 扎破, 摔伤, 摔傷, 摔倒, 砸伤, 砸到,
        夹伤, 夹到, 燙傷, 烧伤, 燒傷, 灼伤, 灼傷, 起泡+皮肤, 水泡, 过敏了, 过敏反应, 过敏很严重, 严重过敏, 全身过敏, 過敏反應, 嚴重過敏,
        过敏+肿, 过敏+呼吸, 过敏+脸, 过敏+红, 过敏+痒, 烂脸, 爛臉, 毁容, 嘴唇..肿, 嘴唇..腫, 脸..肿, 臉..腫, 喉咙..肿, 喉嚨..腫, 眼睛..肿,
        眼睛..腫, 肿起来, 肿了, 腫起來, 荨麻疹, 蕁麻疹, 起疹子, 红疹, 红疙瘩, 疹子, 喘不过气, 喘不過氣, 呼吸困难, 呼吸困難, 不能呼吸,
        窒息, 噎到, 噎住, 卡喉, 卡在喉, 误吞, 吞下, 吞了, 溺水, 淹死, 呛水, 吐了一, 上吐下泻, 上吐下瀉, 吐了好, 又吐又, 腹瀉, 拉了一,
        漏气+燃气, 燃气味, 煤气味, 瓦斯味, 臭鸡蛋味, 煤气泄漏, 燃气泄漏, 瓦斯漏, 瓦斯外洩, 火花, 冒煙, 冒火, 着火了, 著火, 自燃, 烧起来,
        燒起來, 烧焦, 燒焦, 烧糊, 焦味, 糊味+插, 融化+插, 熔化, 烧坏+插, 短路, 觸電, 电到, 電到, 被电, 被電, 电了一下, 麻了一下, 炸了,
        炸裂, 炸开, 爆裂, 玻璃渣, 玻璃碎, 碎玻璃, 玻璃片, 铁钉, 钢丝球, 鋼絲, 铁丝+吃, 金属+吃, 针+吃到, 刀片, 崩了牙, 崩掉..牙, 牙..崩,
        打人, 打了我, 打我, 动手, 動手, 毆打, 被打, 扇耳光, 耳光, 一巴掌, 掐脖, 推倒, 推搡, 推了我, 踹, 性骚扰, 性騷擾, 骚扰我, 骚扰女,
        咸猪手, 鹹豬手, 摸我, 摸了我, 摸大腿, 摸屁股, 乱摸, 亂摸, 猥亵, 猥褻, 强奸, 強姦, 强暴, 跟踪我, 跟踪, 尾随, 尾隨, 闯进..房,
        闖進..房, 刷卡进..房, 半夜..开门, 威胁我, 威胁说, 威脅我, 恐吓, 恐嚇, 弄死, 杀了你, 砍死, 烧了你, 汽油, 拿刀, 持刀, 淤青, 瘀青,
        青紫, 虐待, 体罚, 體罰, 关在+孩子, 关在+厕所, 关小黑屋, 锁在, 鎖在, 反锁+孩子, 忘在车, 忘在..校车, 落在车, 遗忘在, 孩子+走失,
        孩子+没人看, 孩子+没人管, 独自..马路, 陌生人+接走, 陌生人+孩子, 刹车失灵, 剎車失靈, 煞車失靈, 刹车+失, 煞車+沒, 爆胎, 轮子掉,
        轮胎..掉, 车轮..掉, 疲劳驾驶, 打瞌睡, 睡着了+司机, 司机+睡, 酒驾, 酒駕, 酒后, 一身酒味, 酒气, 闯红灯, 闖紅燈, 超速, 电梯+困,
        電梯+困, 被困, 受困, 电梯+下坠, 電梯+停, 电梯+坠, 电梯+掉, 安全出口+锁, 安全出口+堵, 消防通道+堵, 消防通道+锁, 逃生+锁, 逃生+堵,
        栏杆+松, 欄杆+鬆, 栏杆+断, 护栏+松, 护栏+断, 天花板..掉, 天花板..塌, 吊顶..掉, 塌了, 倒塌, 坍塌, 差点死, 差點死, 差点没命,
        差点出人命, 出人命, 差点被撞, 差点撞, 差点溺, 差点淹, 差点烧, 险些, 捡回一条命, 被撞, 撞到我, 撞伤, 撞傷, 开错药, 開錯藥, 拿错药,
        给错药, 发错药, 药..拿错, 打错针, 剂量..错, 劑量..錯, 过期药, 过量, 霉+哮喘, 发霉+孩子, 生命危险, 生命危險, 太危险, 太危險,
        很危险, 很危險, 非常危险, 危险了, 有危险, 危险品, 安全隱患, 危及, 流产, 流產, 心脏病发, 心梗, 脑梗, 褥疮, 褥瘡
    """,
    "ar": """
        إسعاف, انفجر, انفجار, أصيب, اعتداء, ضربني, هددني, تقيأ, إسهال, تسمم غذائي, تسممت, تسممنا, تسمم, تسممو, المستشفى, مستشفى, للمستشفى,
        الطوارئ, طوارئ, الاسعاف, العناية المركزة, العناية المشددة, مغذي, محلول وريدي, تنومت, تنوم, غرز, غرزة, خياطة+جرح, جبس, جبيرة, كسر
        في, انكسرت يد, انكسرت رجل, انكسر+يد, انكسر+رجل, انكسر+سن, كسرت يد, كسرت رجل, _كسور, كسر+عظم, ارتجاج, أغمي, اغمى, فقد الوعي, فقدت
        الوعي, غاب عن الوعي, حساسية+تورم, حساسية+انتفخ, حساسية+تنفس, حساسية+مستشفى, حساسية شديدة, رد فعل تحسسي, صدمة تحسسية, انتفخت, انتفخ
        وجه, تورم وجه, تورمت شف, تورم+شفا, تورم+وجه, انتفخ, طفح جلدي, تتنفس بصعوبة, يتنفس بصعوبة, صعوبة في التنفس, ضيق تنفس, ضيق في
        التنفس, ما قدر يتنفس, ما قدرت اتنفس, لا أستطيع التنفس, اختنق, اختناق, غرق, كاد يغرق, يغرق, غطس وما, شرق+ابن, بلع+زجاج, بلع+قطع,
        بلع+بطاري, ريحة غاز, رائحة غاز, رائحة الغاز, ريحة الغاز, تسرب غاز, تسرب الغاز, تسريب غاز, أول أكسيد, شرارة, شرر, دخان+فيش,
        دخان+شاحن, دخان+طلع, دخان+يخرج, طلع منه دخان, يطلع دخان, ذاب+سلك, ذاب+فيش, ذاب+شاحن, ساح+سلك, ريحة شياط, ريحة حريق, رائحة احتراق,
        رائحة حريق, احترق, احترقت, انحرق, حروق, حرق في, حرق+يد, حرق+وجه, حرق+جلد, كهربا مسكت, كهربني, تكهرب, صعق, ماس كهرب, التماس كهرب,
        كهرباء+صعق, الدنيا بتلف, نار+اشتعل, اشتعل, اشتعلت, ولع+شاحن, حريق+في, حريق+شب, شب حريق, نشب حريق, انفجرت, زجاج+أكل, زجاج+طعام,
        زجاج+السلط, زجاج+شورب, قطعة زجاج, قطع زجاج, زجاج مكسور, قطعة معدن, مسمار في, إبرة في, شفرة, انكسر ضرس, انكسر سن, ضربو, ضرب ابن,
        ضرب بنت, ضرب طفل, يضرب الأطفال, صفع, كف على, دفعني, خنقني, اعتدى, الاعتداء, عنف, تحرش, متحرش, يلمس, لمسني, لمس جسم, حط يده, وضع
        يده, اغتصا, جنسي, جنسية+تحرش, يلاحقني, لحقني, تتبعني, دخل غرفت, دخل علي, دخل عليا+غرف, هددنا, تهديد, يهدد, بالقتل, سكين+هدد,
        بسكين, سأحرق, راح أحرق, هحرق, بنزين, كدمات, كدمه, آثار ضرب, زرقان, تعذيب, حبس+ابن, حبس+طفل, حبسو, قفل الأبواب, قفل الباب علي,
        المقفول, نسوا+باص, نسوا+ابن, نسوا+بنت, نسيو+باص, نسوه, نسوها, لحاله+باص, لحالها+باص, لحاله+شارع, لحالها, لوحده+شارع, لوحدها+شارع,
        بدون رقابة, بدون مراقبة, سلمو+غريب, شخص غريب, الفرامل, فرامل, الكفر طار, العجلة طارت, العجلة+خرج, نام وهو يسوق, السائق+نام,
        السواق+نام, السائق+نعسان, نايم+سايق, سكران, مخمور, ريحة خمر, رائحة كحول, المصعد+سقط, المصعد+علق, الاسانسير+وقع, الاسانسير+علق,
        علقنا في, محبوسين في, مخرج الطوارئ, مخارج الطوارئ, باب الطوارئ, الدرابزين, درابزين, سور+طاح, السقف+طاح, السقف+وقع, السقف+سقط,
        انهار السقف, انهار عل, انهار, كاد يموت, كاد يقتل, كنت راح أموت, كنا هنموت, كنا بنموت, كدت أموت, كنا راح نموت, لكنا فقدن, دهس,
        صدمني, دواء غلط, دواء خطأ, دوا غلط, علاج غلط, الدواء الخطأ, جرعة خطأ, جرعة غلط, جرعة زائدة, جرعة مضاعفة, تبديل الدواء, عفن+ربو,
        عفن+طفل, خطير جدا, خطر على, خطيرة على, خطيرة جدا, شيء خطير, وضع خطير, خطير على, في خطر, حياتنا, بحياة, إصابات, إصابة في, أصيبت,
        اصابات, نزيف, نزف, _دم_+ينزل, _دم_+سال, إجهاض, جلطة, ازمة قلبية, استفراغ, ترجيع, استفرغ, رجع+طول الليل
    """,
    "hi": """
        फूड पॉइजनिंग, एम्बुलेंस, आग लग, विस्फोट, घायल, मारपीट, छेड़छाड़, फूड पॉइज, फूड पॉयज, विषाक्त, उल्टी हो, उल्टियां, उल्टियाँ, उल्टी
        और, उल्टी कर, उल्टी-दस्त, उल्टी, दस्त लग, दस्त हो, ज़हरीला, जहर+खाने, जहर+खाना, अस्पताल में भर्ती, अस्पताल जाना, अस्पताल ले,
        अस्पताल पहुंच, अस्पताल पहुँच, अस्पताल में है, अस्पताल में थ, अस्पताल में हैं, अस्पताल, हॉस्पिटल+भर्ती, हॉस्पिटल+ले, भर्ती कर,
        भर्ती है, भर्ती हो, आईसीयू, आपातकाल, इमरजेंसी, एंबुलेंस, ड्रिप, ग्लूकोज+चढ़, टांके, टाँके, प्लास्टर, हड्डी टूट, हाथ टूट, पैर टूट,
        फ्रैक्चर, दांत टूट, दाँत टूट, सिर फट, खून निकल, खून बह, खून आ, बेहोश, चक्कर+गैस, एलर्जी+सूज, एलर्जी+सांस, एलर्जी+साँस,
        एलर्जी+अस्पताल, एलर्जी हो गई, एलर्जिक, होंठ सूज, होंठ..सूज, चेहरा सूज, चेहरा..सूज, गला सूज, आंख सूज, सूजन आ, सूज गए, सूज गया, सूज
        गई, दाने निकल, चकत्ते, सांस नहीं, साँस नहीं, सांस लेने में, साँस लेने में, सांस फूल, दम घुट, डूब गया, डूबते, डूब रहा, गले में फंस,
        गले में अटक, निगल, गैस लीक, गैस की बदबू, गैस की गंध, गैस की महक, कार्बन मोनो, चिंगारी, चिंगारियां, धुआं निकल, धुआँ निकल,
        धुआं+सॉकेट, धुआं+चार्जर, पिघल+तार, पिघल, जलने की बदबू, जलने की गंध, जल गया+हाथ, जल गई+त्वचा, जल गई+उंगल, हाथ जल, चेहरा जल, त्वचा
        जल, झुलस, फफोले, छाले पड़, करंट लग, करंट मार, करंट+झटका, बिजली का झटका, शॉर्ट सर्किट, आग पकड़, फट गया, फट गई+बैटरी, बैटरी फट,
        ब्लास्ट, धमाका, कांच का टुकड़, काँच का टुकड़, कांच+खाने, काँच+खाने, कांच के टुकड़, लोहे का टुकड़, कील+खाने, सुई निकल, ब्लेड निकल,
        ब्लेड+खाने, चोट आई, चोट लग, चोटें, मारा-पीटा, मार पीट, थप्पड़, धक्का दिया, धक्का मार, घूंसा, पिटाई, पीटा, हाथ उठाया, गला दबा,
        छेड़खानी, छेड़, छूने लगा, छुआ+जांघ, गलत तरीके से छु, गलत जगह, यौन, बलात्कार, रेप, पीछा कर, पीछा किया, कमरे में घुस, धमकी, जान से
        मार, चाकू, पेट्रोल+जला, जला दूंगा, जला देंगे, नील पड़, नीले निशान, चोट के निशान, बंद कर दिया+बच्च, बंद कर दिया+कमरे, बंधक, बस में
        भूल, गाड़ी में भूल, बस में छोड़, अकेला छोड़, अकेले छोड़, अकेली छोड़, अनजान आदमी, अनजान व्यक्ति, ब्रेक फेल, ब्रेक नहीं, ब्रेक काम,
        पहिया निकल, ड्राइवर+सो गया, ड्राइवर+झपकी, ड्राइवर+शराब, ड्राइवर+नशे, शराब पी+चला, नशे में, शराब की बदबू, लिफ्ट गिर, लिफ्ट में फंस,
        लिफ्ट+फंस, लिफ्ट+गिर, फंसे रहे, इमरजेंसी एग्जिट, आपातकालीन द्वार, रेलिंग टूट, रेलिंग+टूट, रेलिंग+हिल, छत गिर, छत+गिर, प्लास्टर
        गिर, ढह ग, गिर पड़ा+सिर, मरते मरते, मरते-मरते, जान बची, बाल-बाल, बाल बाल बच, जान जा सकती, जानलेवा, जान का खतरा, जान को खतरा, गलत
        दवा, गलत दवाई, दवा बदल, गलत इंजेक्शन, ज्यादा डोज, ओवरडोज, गलत डोज, एक्सपायर..दवा, एक्सपायरी..दवा, फफूंद+दमा, फफूंद+अस्थमा, खतरनाक
        है, बहुत खतरनाक, बेहद खतरनाक, खतरनाक, गर्भपात, दिल का दौरा, हार्ट अटैक, food poison*, hospital + admit|bharti|le|gaye|mein|me,
        ulti|ultiyan + ho|raat, saans + nahi|lene, current + laga|maara, aag lag*, blast ho, thappad, maar peet|maarpeet,
        chhed*|chhedchhad, galat dawa|dawai, jaan se, dhamki
    """,
    "af": """
        voedselvergiftiging, vergiftig*, gebraak|braak|opgegooi|opgooi + nag|kind*|almal|na, diarree, maagwerking, hospitaal +
        in|na|beland|toe, in die hospitaal, ongevalle, ambulans*, noodhulp, drup + hospitaal|lê, op .. drup, steke +
        kop|gesig|ses|vyf|agt, gips, gebreek + arm|been|pols|enkel|heup|neus|voet, arm|been|pols|enkel|heup .. gebreek, geval +
        trap*|nat|pols|heup|hospitaal|kop, gegly + nat|geval|trap*, harsingskudding, flou geval|geword, bewusteloos, allergiese
        reaksie|skok, allergi* + opgeswel|reaksie|asem, geswel|opgeswel + lip*|gesig|tong|keel|oë, uitslag + vel|gesig|hele, kon nie
        asemhaal*, asem + kry|haal|skep, verstik, verdrink, gaslek, ruik .. gas, gas* + ruik|lek|stoof|oë, gasstoof, koolstofmonoksied,
        vonke + muurprop|prop|kabel|skakelaar|uit, rook + prop|kabel|laaier|battery|uit, gesmelt + kabel|prop|laaier, brandwond*, verbrand
        + hand*|vel|arm|gesig|vinger*, blase, elektriese skok, geskok + stort|kraan|draad|elektries*, skok gekry|kry, aan die brand, vlam
        gevat, brand uitgebreek, ontplof*, glas + kos|slaai|mond|sop|stuk*|ingesluk, stuk glas, naald in, geslaan|geklap|gestamp +
        kind*|seun|dogter|my|muur|gesig, klap + gesig|kind, aangeval, aangerand, aanranding, gevat aan my, betas, verkrag*, seksue*,
        agtervolg, gedreig|dreig|gedreig* + my|ons|mes, met .. mes, kneus*|blou kolle|blou merke + kind*|arm*|dogter*|seun*|ma,
        toegesluit, opgesluit, vergeet + bus|taxi|kind*|dogter*|seun*, alleen gelos|gelaat + kind*|pad|straat, sonder toesig, remme +
        nie|werk|weier, wiel + afgeval|af, aan die slaap + bestuurder|stuur, bestuurder + dronk|drank|slaap|foon, hyser|hysbak +
        val|geval|vas, nooduitgang + gesluit|toe|geblok*, reling + los|breek, ingestort|ineengestort, amper|byna ..
        dood|verdrink|verstik|doodgery, verkeerde medisyne|medikasie|dosis|pille|pil|voorskrif, oordosis, mg in plaas, muf +
        asma|baba|kind*|bors, gevaarlik + baie|is|vir|was, lewensgevaar*, beseer|besering*|beserings, bloei|gebloei|bloed + oral|kop
    """,
    "ru": """
        отравлен*|отравились|отравился|отравилась|отравили|отравил, пищев* отравлен*, рвота|рвоту|рвоты|рвало|вырвало|тошнило|тошнит +
        всю|ночь|ребен*|после|семь*|детей, понос|диаре*, сальмонелл*, в больниц*, больниц* + попал*|увезли|лежит|отвезли|оказал*,
        госпитализ*, реанимац*, скорую + вызыва*|вызвал*|пришлось|приеха*|увез*, вызывали|вызвали|вызывать скорую, скорая +
        приеха*|увез*|забра*, капельниц*, приемн* отделен*|покое, травмпункт*|травматолог*|травмопункт*, травм* +
        получил*|головы|ребен*|получить|спин*, наложили .. шв, шва|швов|швы + налож*|голов*|подбород*|бров*|лоб, гипс*,
        сломал*|перелом*|сломан* + рук*|ног*|запяст*|лодыжк*|нос|ребр*|палец|шейк*|ключиц*|зуб, перелом*, упал*|поскользну* +
        лестниц*|мокр*|скольз*|перелом*|гипс|голов*|скор*, сотрясен*, потерял* сознание, без сознания, в обморок, аллерг* +
        реакц*|отек*|опух*|скор*|задых*|шок, аллергическ* реакц*, анафилак*, отек квинке, опух*|распух*|отек* +
        лиц*|губ*|горл*|язык*|глаз*, крапивниц*, сыпь|сыпью, не мог*|могла дышать, задыха*|задохну*|удуш*|подави*|поперхн*,
        утону*|тонул*|тонет, запах|пахнет|пахло|воняет газ*, утечк* газ*, газ* + утечк*|пахнет|запах, угарн*, искр*|искрит +
        розетк*|провод*|зарядк*|вилк*, дым* + розетк*|зарядк*|батаре*|провод*|пошел|валил*|задым*, расплав*|оплав* +
        провод*|розетк*|вилк*|зарядк*|кабел*, запах гари, пахнет|пахло гарью|горелым|паленым, обжег*|обожг*|ожог*|ошпар*, волдыр*,
        ударило|бьет|бьется|шибануло ток*, удар* ток*, током, короткое замыкание, замкну* + провод*|розетк*,
        загорел*|возгоран*|вспыхну*|пожар*, взорвал*|взрыв*, стекл*|осколк*|осколок + еде|салат*|суп*|рту|проглот*|каш*|кус*, кусок|куски
        стекла|металла, иголк*|игла|иглу в, сломал* зуб, лезви*, проглотил* + батарейк*|стекл*|детал*,
        избил*|избит*|побил*|ударил*|ударила|пнул*|толкнул* + меня|ребен*|сын*|доч*|лиц*|голов*|стен*|его|мужа|по, напал* на, нападени*,
        пощечин*, душил*, схватил* за + рук*|горл*|волос*|шею, домогал*|домогатель*|приставал*|лапал*|щупал*|трогал* +
        меня|колен*|груд*|бедр*, приставал*|лапал|облапал, изнасил*, насили*, сексуальн* + домогат*|насили*|приставан*|характер*, руку ..
        колен*|бедр*|под, преследовал*|преследует + меня|дом*, вошел|зашел ко мне|в мой|в номер + ноч*|ключ*, заперл*|запер
        дверь|двер*|меня, запер* + изнутри|ребен*|темн*|комнат*|туалет*, угрожал*|угрожа*|угроз* + нож*|мне|расправ*|убий*|жизн*|нам, с
        ножом|ножом, убью, сожгу|подожгу|поджечь, канистр*, синяк*|синяки|кровоподтек* + ребен*|сын*|доч*|рук*|мам*|запяст*, забыли|забыл
        + автобус*|ребен*|дочь|сына|дочк*|машин*|сад*, оставил* одн* + ребен*|сын*|доч*|улиц*, без присмотра, отдали ..
        чуж*|незнаком*|посторонн*, отказали тормоза, тормоз* + отказ*|не работ*|сработ*|провал*, колес* + отвал*|отлет*|отпал*,
        уснул*|заснул*|засыпал* + руле*|водител*, за рулем + пьян*|телефон*|спал|уснул*, водител* + пьян*|перегар*|алкогол*|нетрезв*|спал,
        перегар*, лифт* + упал*|рухнул*|сорвал*|застрял*|оборвал*|провал*, застряли|застрял в лифте, пожарн*|аварийн*|эвакуацион* выход* +
        закрыт*|заперт*|загорож*|заблок*|замок|цеп*, перил*|ограждени*|балкон* + шата*|отвал*|оторв*|обруш*|сломан*,
        обрушил*|обвалил*|рухнул*, потолок + упал*|обвал*|рухн*, чуть не|едва не .. умер*|утону*|погиб*|задохну*|сбил*|убил*, перепутал* +
        лекарств*|таблет*|доз*|анализ*|препарат*, не то лекарство, не те таблетки, неправильн* доз*|лекарств*, передоз*, мг вместо,
        плесень|плесен* + астм*|ребен*|кашл*|легк*|задых*, опасно + для|очень|жизн*|это|детей|ездить|находиться, опасн* для, очень опасн*,
        угроз* жизни|здоровью, кров* + шла|лилась|текла|пошла|голов*|лиц*|залит*, рассек* + бровь|голов*|губ*|лоб, выкидыш*, пролежн*,
        инфаркт*|инсульт* + скор*|больниц*|не, сбил* + машин*|водител*|насмерть, температура + сорок|40|отравл*
    """,
    "uk": """
        отруєн*|отруїл*|отруївс*, харчов* отруєн*, блюва*|блювання|нудило|вирвало|рвало + всю|ніч|дитин*|після|діт*, пронос*|діаре*,
        сальмонел*, лікарн* + потрапил*|забрал*|лежить|опинил*|відвез*, в лікарн*, до лікарні, у лікарні, госпіталіз*, реанімац*, швидку +
        виклика*|довел*|забра*|приїх*, швидка + приїх*|забра*, приймальн* відділен*, крапельниц*, травмпункт*, шви|швів|шва|шов +
        наклал*|підборід*|голов*|бров*|чотири|три|п'ять, гіпс*, зламал*|перелом*|зламан* + рук*|ног*|зап'яст*|зуб|ніс|ребр*|ключиц*,
        упав|упала|впав|впала|послизн* + сход*|мокр*|слизьк*|зламал*|голов*, струс*, знепритом*|втратил* свідом*, непритом*, алерг* +
        реакц*|набряк*|швидк*|задих*, алергічн* реакц*, анафілак*, набряк*|опух*|розпух* + обличч*|губ*|горл*|язик*|очі, кропив'янк*,
        висип*|висипало, не міг|могла дихати, задиха*|задихн*|вдавил*|подавил*, втопи*|тонув|тонула|потону*, запах|пахне|смердить|тхне
        газ*, витік газу, чадн*|чадний, іскр*|іскри* + розетк*|провод*|дріт|дрот*|зарядк*, дим* + розетк*|зарядк*|батаре*|пішов|провод*,
        розплав*|оплав* + кабел*|розетк*|провод*|вилк*|зарядк*, запах гару|горілого|паленого, обпек*|опік*|опіки|ошпар*, пухирі,
        вдарило|б'є|б'ється струм*, струмом, коротке замикання, загорі*|спалахн*|займан*|пожеж*, вибух*, скло|скла|уламк*|осколк* +
        їж|салат*|суп*|рот*|ковт*, шматок|уламок скла|металу, голк* в|у, зламав зуб, лезо, побив|побил*|вдарив|вдарил*|штовхнув|штовхнул*
        + мене|дитин*|син*|доньк*|облич*|голов*|стін*|чоловіка, напав|напал* на, ляпас*, душив, чіплявся|домагав*|домаган*|лапав|мацав,
        зґвалтув*|зґвалт*, насильств*, сексуальн*, переслідув* + мене, зайшов до|в мо + кімнат*|номер|ніч, погрожув*|погроз* +
        мені|нам|нож*|смерт*|вбит*, ножем|з ножем, підпалю|спалю, синці|синець|синяк* + дитин*|син*|доньк*|рук*|мам*,
        замкнул*|замкнув|зачинил* + дитин*|темн*|кімнат*|син*|доньк*, забул* + автобус*|дитин*|сина|доньк*|машин*, сам вийшов +
        син|дитина|хвірт*|садоч*, одн* залишил*|саму|самого + дитин*|син*|доньк*|вулиц*, без нагляду, віддал* .. чуж*|незнайом*, незнайом*
        жінк*|чоловік* + син*|дитин*|доньк*, гальма + відмов*|не|працю*, колесо + відпал*|відлет*, кермо + відпал*|залишилос*|відвал*,
        заснув|засинав|заснул* + водій|керм*, за кермом, водій + п'ян*|алкогол*|перегар*|телефон*, ліфт* + впав|застряг*|обірв*|зірвав*,
        застрягл* в|у ліфті, аварійн*|пожежн* вихід + зачин*|замкн*|заблок*|заставл*, поручні|перила|балкон* +
        хита*|відпал*|обвал*|відірв*, обвали*|обрушил*, стеля + впала|обвал*, ледь|мало не .. помер*|втопи*|загину*|збив*|вбил*|задихн*,
        переплутал* + лік*|таблет*|доз*|аналіз*, не ті ліки|таблетки, передоз*, мг замість, пліснява|пліснявою|цвіль + астм*|дитин*|кашл*,
        небезпечн* для, дуже|це небезпечн*, загроз* життю|здоров'ю, кров + текла|йшла|голов*|облич*, викидень, збив* + машин*|водій
    """,
    "cs": """
        otrav* jídl*|po|z, otrávil*|otráven*|otravu|otrava, zvracel*|zvracet|zvracení|zvracela|zvraceli, průjem|průjmy, salmonel*,
        nemocnic* + skonči*|odvez*|leží|ležel*|hospit*|v, v nemocnici, do nemocnice, pohotovost*,
        sanitk*|sanitka|záchrank*|záchranka|záchranku, hospitaliz*, kapačk*, jip|na jip, stehy|stehů|šití|šili + hlav*|čel*|brad*|ruk*,
        sádr*|sádře|sádru, zlomen*|zlomil*|zlomenin* + ruk*|noh*|zápěst*|kotník*|nos|žebr*|prst*|zub|kyč*|klíč*, zlomenin*,
        spadl*|uklouzl*|upadl* + schod*|mokr*|zlom*|nemocnic*|sádr*|hlav*, otřes mozku, omdlel*|bezvědom*|v bezvědomí, alergi* +
        reakc*|otek*|dýchat|nemocnic*, alergick* reakc*|šok, anafyla*, oteklo|otekl*|napuchl* + oblič*|rty|ret|krk|jazyk|pusa|oči,
        kopřivk*|vyrážk*, nemohl* dýchat|se nadechnout|dech*, dusil*|dusit|udusil*, topil*|utopil*|tonul*, únik plynu,
        cítit|smrdí|zápach|smrad plyn*, plyn* + únik|cítit|smrdí|unik*, oxid uhelnatý, jiskř*|jiskry + zásuv*|kabel*|nabíječ*|zástrč*,
        kouř* + zásuv*|nabíječ*|bateri*|kabel*|šel|vycház*, roztavil*|roztek* + kabel*|zásuv*|nabíječ*|zástrč*, spálen* +
        kůž*|ruk*|zápach|kabel*|smrad, popálen*|popálil*|opařil*|spálil* + ruk*|se|jsem|kůž*|prst*, puchýř*, kopla|kopl|koplo|kopal* ..
        elektřin*|proud*|me|mě, zasáhl* proud*, elektrick* šok|proud*, zkrat, začal* hořet, vzplan*|vznítil*|požár*, vybuch*|explod*,
        sklo|skla|střep* + jídl*|polév*|salát*|pus*|spolkl*, střepy, kus skla|kovu, jehl* v, zlomil* .. zub, spolkl* + bateri*|skl*|kus,
        napadl*|napaden*|zbil*|uderil*|udeřil*|praštil*|strčil*|kopl* + mě|me|dítě|syna|dceru|manžel*|obličej*|hlav*|zdi,
        facku|facka|pohlavek, škrtil*, osahával*|obtěžoval*|obtěžování|sahal*|sahal, sexuální*, znásiln*, sledoval* + mě|domů, vešel do ..
        pokoje + noc*|klíč*, vyhrož*|vyhrožoval*|výhrůžk*, nožem|s nožem, zabiju|zapálím|podpálím, kanystr, modřin* +
        dítě|syn*|dcer*|mám*|ruk*, zamkl*|zavřel* + dítě|syna|dceru|tm|pokoj*|záchod*, zapomněl* + autobus*|dítě|syna|dceru|aut*,
        samotn*|sám|sama + dítě|syn|dcer*|ulic*|silnic*, bez dozoru, předal* .. cizím*|cizí*, brzd* + selhal*|nefung*|nebrzd*|nefungovaly,
        kolo + upadl*|odpadl*|ulet*, usnul*|usínal* + řidič*|volant*, za volantem, řidič* + opil*|alkohol*|mobil*, výtah* +
        spadl*|zřítil*|uvízl*|zasekl*, uvízl* ve výtahu, nouzov*|únikov* východ* + zamč*|zablok*|zavř*, zábradl* +
        uvoln*|utrhl*|povol*|viklá*, zřítil*|zhroutil*|spadl strop, málem .. zemřel*|umřel*|utopil*|udusil*|zabil*|srazil*,
        spletli|spletl*|zaměnil* + lék*|dávk*|prášk*, špatn* lék*|dávk*, předávkov*, mg místo, plíseň|plísn* +
        astma*|dítě|miminko|kašl*|plíc*, nebezpečn* pro, velmi|je|bylo|to nebezpečn*, ohrožen* života|zdraví, krvácel*|krvácí|krev|krve +
        tekla|všude|hlav*, zraněn*|zranil*|poranil*|úraz*, potrat*, srazil* + aut*|řidič
    """,
    "ro": """
        toxiinfec*, toxiinfecție, intoxicați*|intoxicat|intoxicată|intoxicație, otrăvi*,
        vomitat|vomat|vărsat|vomit*|vomită|vărsături|vărsături + noaptea|toată|copil*|după|toți, diaree, salmonel*, spital +
        ajuns|dus|internat*|la, la spital, în spital, internat|internată|internați, la urgență|urgențe, upu, la infecțioase, infecțioase,
        perfuzi*, ambulanț*|salvare|salvarea, la|sunat|sunat 112, la terapie intensivă|ati, copci|cusături|cusut +
        cap|frunte|barbie|sprânc*, ghips|gips, rupt|fracturat|fractur*|spart +
        mâna|mână|piciorul|încheietur*|glezn*|nas*|coast*|dinte*|șold|capul|brațul, fractur*, căzut|alunecat +
        scări|scara|ud|spital|fractur*|cap|copil*, comoție, leșinat|leșin, inconștient*, alergi* + reacți*|umfla*|respir*|urgenț*|spital,
        reacție alergică, șoc anafilactic, umflat|umflă|umflate|umflată + buze*|fața|față|gât*|limba|ochi*, urticarie, erupți*, nu ..
        putea respira, nu mai putea|puteam respira, sufoca*|sufocat|înecat|îneca|înec, miros|miroase .. gaz*|a gaz, scurgere* de gaz*,
        monoxid, scântei* + priză|priz*|cablu|încărcăt*, fum + priză|încărcăt*|bateri*|ieș*|cablu, topit* +
        cablu*|priză|încărcăt*|ștecher, miros de ars, ars|arsă|arsuri|arsură|opărit + mâna|mână|piele*|față|fata|deget*|picior,
        arsuri|arsură, bășici, curentat|electrocut*|m a curentat|curentează, scurtcircuit, luat foc, a luat foc, incendi*|incendiu,
        explodat|explozi*|explodează, sticlă|cioburi|ciob + mâncare|salată|ciorbă|gură|înghiți*, ciob*, bucată|bucăți de
        sticlă|metal|plastic, ac în, lamă, dinte rupt|spart, înghițit + bateri*|ciob|sticlă|piesă, lovit + copil*|m
        a|fetiț*|băiat*|față|pe|cap|soț*|fiul, m|l|ne|mi a|au lovit|bătut|împins|agresat, bătut|bătaie|palmă|pumn* +
        copil*|față|cap|perete|dat, împins + perete|scări|jos, agresat|agresiune|agresat*|agresor, hărțui*, pipăit|pipăia|atins +
        picior|sân|fund|coapsa|genunchi|mâna, mâna pe picior|coapsa|genunchi|fund, viol|violat|violată|violator, sexual*, urmărit +
        acasă|m a|mașin*, intrat în camera|cameră + noapte|cheie, încuiat + ușile|ușa|copil*|cameră|întuneric|fetiț*|baie, nu mă|ne
        lasă|lăsat .. cobor|plec|ies, amenința*|amenințat|amenințări, cu cuțitul, cuțit + scos|amenin*, omor|omoar*|dau foc, urme +
        curea|picioare|mâini|copil*|fetiț*|brațe, vânătăi|vânătaie|vânătai, uitat + autobuz*|microbuz*|copil*|fetiț*|băiat*|mașin*,
        singur* + copil*|stradă|fetiț*|băiat*|curte|poart*, nesupravegheat*, fără supraveghere, dat .. unui străin|necunoscut, frâne* +
        nu|mers|cedat|ținut, roată|roata + desprins|sărit|căzut, adormit|adormea|ațipit + volan*|șofer*, la volan +
        băut|beat|telefon|adormit, șofer* + beat|băut|alcool|telefon|adormit|încuiat, mirosea a alcool|băutură, lift* +
        căzut|blocat|prăbuș*, blocați|blocat în lift, ieșire* de urgență|incendiu + blocat*|încuiat*|închis*|lacăt, balustrad* +
        rupt*|slăbit*|mișcă|cedat|desprins*, prăbușit|prăbușește|surpat, tavan* + căzut|prăbușit|cade, era să|cât pe ce|aproape ..
        mor|moară|murim|înec*|înece|calce|lovească, medicament* greșit*|expirat*|încurcat*, doză greșită, supradoz*, mg în loc, mucegai +
        astm*|copil*|bebeluș*|plămân*|tuse|tușe*, periculos + e|este|foarte|pentru|copii, pericol + viața|copii|în|de|un, un pericol,
        rănit|rănită|răni|rănire|accidentat*, sângera*|sângerat|sânge + plin|curgea|peste|nas, avort spontan, călcat + mașin*|șofer,
        infarct + spital|ambulanț*
    """,
    "hu": """
        ételmérgez*, mérgez*|megmérgez*|mérgezést, hányt*|hány|hánytunk|hányás*|hánytam|hányni|okádt*, hasmenés*, szalmonell*, kórház*,
        kórházba|kórházban|kórházi, sürgősségi*|sbo, ment* vitte|vittek|vitt|hívt*|kellett + mentő*,
        mentő|mentőt|mentők|mentővel|mentősök, infúzi*, intenzív osztály*, öltés*|varrat*|varrták|összevarrt*, gipsz*,
        eltört*|törött|törés*|eltörte|eltörött + kar*|láb*|csukló*|boka*|bokám|orr*|borda*|fog*|csípő*|ujj*, csonttörés*,
        elcsúsz*|leesett|elesett|esett + lépcső*|vizes|törés*|kórház*|mentő*|csukló*|gipsz*, agyrázkód*, elájul*|eszméletlen*|eszméletét,
        rosszul lett*|lettünk|lettem, allergi* + reakció*|dagad*|lélegz*|kórház*|mentő, allergiás reakció|sokk, anafila*,
        bedagad*|megdagad*|feldagad*|dagadt + arc*|száj*|ajk*|torok*|torka|nyelv*|szem*, csalánkiütés*|kiütés*|kiütések, nem
        kapott|kapott|kaptam levegőt, levegőt + nem|kap*, fullad*|megfullad*|fuldok*|félrenyel*, gázszag*|gázszivárgás|gázszivárg*, gáz +
        szivárog|szag*|érezni, szén monoxid*|szénmonoxid*, szikr*|szikráz* + konnektor*|kábel*|töltő*|dugó*, füst* +
        konnektor*|töltő*|akku*|jött|dőlt, megolvad*|elolvad* + kábel*|konnektor*|töltő*|dugó*, égett szag*|égésszag,
        megég*|égési*|égés|leforráz*|megégett|megégette, hólyag* + kéz*|bőr*|ég, megrázott|rázott|megrázta|áramütés*|ráz +
        áram|csap*|konnektor*, rövidzárlat*, kigyullad*|tűz ütött|lángra|lángokban|tűzveszély*|tüzet fogott, felrobban*|robbanás*, üveg* +
        étel*|leves*|saláta*|száj*|lenyel*|szilánk*|darab*, üvegszilánk*|üvegdarab*, fémdarab*|tű volt, letört .. fog*, lenyel* +
        elem*|üveg*|gomb*, megütött*|megütötte|megvert*|megverte|megpofoz*|pofon*|fellök*|meglök*|rángat*|bántalmaz*, nekem
        támadt|megtámad*, fojtogat*, tapogat*|fogdos*|molesztál*|zaklat*|zaklatás*|megfogta + comb*|mell*|fenek*, megerőszakol*|erőszak*,
        szexuális*, követett|követte + haza*|lakás*, bejött|bement .. szobámba|szobába + éjjel|kulcs*, megfenyeget*|fenyeget*, késsel|kést
        rántott, megöllek|megölöm|felgyújt*, kék folt*|kékfolt*|zúzódás*, bezár* + gyerek*|sötét*|gyermek*|szob*|wc, ott
        felejt*|ottfelejt*|felejtették + busz*|gyerek*|fiam*|lány*|kocsi*, egyedül hagy*|egyedül + gyerek*|fiam*|lány*|utca*|utcán,
        felügyelet nélkül, idegennek + adt*|kiad*, fék* + nem|fogott|működ*|elromlott, kerék* + leesett|kiesett|levál*,
        elaludt|elalszik|bóbiskol* + sofőr*|volán*|vezet*, részeg* + sofőr*|vezet*|taxis*, volánnál, alkohol* + sofőr*|szag*|vezet*, lift*
        + leszakad*|zuhan*|beragad*|megakad*|lezuhan*, vészkijárat*|menekülő* + zár*|lakat*|eltorlasz*, korlát* +
        laza|kitört|letört|mozog|leszakad*, leszakad*|beomlott|összeomlott|ráomlott|rászakad* + mennyezet*|plafon*|polc*|ágy*|fej*, plafon
        + leszakad*|esett, majdnem .. meghalt*|megfullad*|elütött*|megölt*|belefullad*|meghaltam, rossz|téves|elcserél*
        gyógyszer*|adag*|dózis*, túladagol*, mg helyett, penész* + asztm*|gyerek*|baba|köhög*|tüdő*, veszélyes +
        nagyon|ez|volt|gyerek*|életveszély*, életveszély*|életveszélyes, veszélyben, vérz*|vérzett|vérezni|csupa vér,
        megsérül*|sérülés*|megsebesül*, elvetél*, elütött|elütötte|elgázol*, szívroham*|infarktus*
    """,
    "sv": """
        matförgift*|matförgiftning|förgift*, kräkt*|kräks|kräkas|kräktes|spydde|spytt|spydde, kräkningar, magsjuk* + efter|alla|åt|hela,
        diarré, salmonella, sjukhus*|sjukhuset|lasarett*, akuten|akutmottagning*, ambulans*, inlagd, dropp + låg|sjukhus*|fick,
        intensiven|iva, stygn, gips*|gipsad, bröt|bruten|brutit|brutet|fraktur* +
        arm*|ben*|handled*|fot*|näsa*|revben*|höft*|nyckelben*|finger|tand, benbrott|armbrott, ramlade|halkade|föll +
        trapp*|blöt*|hal*|bröt|stygn|huvud*|sjukhus*, hjärnskakning, svimmade|svimmat|medvetslös*, allergi* +
        reaktion*|svull*|andas|akuten, allergisk reaktion|chock, allergichock, anafyla*, svullna*|svullnade|svullen|svullet|svullna +
        läpp*|ansikt*|hals*|tung*|ögon*|mun*, nässelutslag|utslag + kropp*|ansikt*|efter, inte|svårt att andas, kunde inte andas, andnöd,
        kvävd*|kvävas|kväva*, satte i halsen, drunkn*|drunkna|botten + simskol*|sjunk*|bad*, gaslukt|luktar gas|gasläcka*|gasläckage,
        kolmonoxid*|koloxid*|kolos, gnist* + uttag*|kabel|laddar*|spis*|kontakt*, gnistor, rök* + uttag*|laddar*|batteri*|kom ur|kontakt*,
        smält* + kabel*|uttag*|laddar*|kontakt*, brandlukt|bränt lukt|luktade|luktar bränt, brän*|bränd|brände|brännskad*|skållad* +
        hand*|fingr*|hud*|arm*|ansikt*|ben*|mig, brännskad*|brännsår, brännblås*, elstöt*|elchock|ström genom, fick en stöt, kortslut*,
        fattade eld|tog eld|börja* brinna|brann|brinner|eldsvåda|brandfara, exploder*, glas* + mat*|sallad*|soppa*|mun*|svalde,
        glasbit*|glassplitter|glasskärv*|metallbit*, nål i, svalde + batteri|bit|glas|knapp, tand gick av,
        slog|slagit|slagen|knuffa*|knuffade|sparka*|sparkade + mig|barn*|son*|dotter*|ansikt*|vägg*|min|honom, örfil*,
        överfall*|överfallen|misshand*|strypt*|attackera*, tafsa*|tafsade|trakasser*|ofreda*|antasta*, hand* på mitt|min|hennes
        lår|ben|knä|rumpa|bröst, våldtag*|våldtäkt*|våldtog, sexuell*, förföljd*|förföljde|stalka*, in på mitt rum + natt*|nyckel,
        hota*|hotade|hotad|hotfull* + mig|oss|kniv*|döda*|med, med kniv|kniv, bränna ner|tänder på, blåmärk* +
        barn*|son*|dotter*|arm*|mamma*, inlåst|låste in|instängd|stängde in, glömde|glömt|glömda + buss*|barn*|son*|dotter*|bil*,
        lämnade|lämnat|lämnad ensam* + barn*|son*|dotter*, utan tillsyn|uppsikt, lämnade ut .. främling, bromsar* +
        fungera*|funka*|inte|slut*|tog, hjul* + lossna*|ramla*|föll|tappa*, somnade|somnat + ratten|chaufför*|förare*|föraren,
        full|berusad|onykter + chaufför*|förare*|ratten, chaufför*|förare* + alkohol|sprit|full|berusad|mobil*|somnade, luktade
        alkohol|sprit, hiss* + föll|rasade|fast|fastnade, fast i hissen, nödutgång* + låst*|blocker*|spärra*|kedja*, räcke*|räcket +
        löst|lossna*|gav|bröts|vickar, rasade|rasat|kollapsa* + tak*|säng*|hylla*|på, taket + rasade|föll, nära|nästan att
        dö|drunkna|kvävas|dog|döda*, kunde|kunnat .. dött|dö|drunknat, fel medicin*|dos|läkemedel|tabletter|piller|recept|spruta,
        överdos*, mg istället|i stället, mögel + astma*|barn*|bebis*|hosta*|luftvägar, farlig|farligt + är|för|mycket|jätte|var|trafik,
        livsfarlig*|livsfara, skadad|skadade|skadats|skada + mig|son*|dotter*|barn*|allvarlig*|person*, blöd*|blödde|blod +
        överallt|rann|huvud*, missfall, påkörd|påkörda|körde på, hjärtinfarkt + ambulans*|akuten
    """,
    "da": """
        madforgift*|forgift*|forgiftning, kastede|kaste|kastet op, opkast*, diarre|diarré, salmonella,
        hospital*|sygehus*|rigshospital*|skadestue*|skadestuen|akutmodtag*, indlagt, ambulance*, lægevagt*, drop + indlagt|lå|fik,
        intensiv, sting + pande*|hoved*|hage*|fire|seks|syet, gips*, brækket|brækkede|brud +
        arm*|ben*|håndled*|fod*|næse*|ribben|hofte*|kraveben|tand*|finger, faldt|gled + trappe*|våd*|glat*|brækkede|hoved*|skadestue*,
        hjernerystelse, besvimede|besvimet|bevidstløs*, allergi* + reaktion*|hæv*|vejret|skadestue*, allergisk reaktion|chok, anafyla*,
        hævede|hævet|hævede op|hævet + læbe*|ansigt*|hals*|tunge*|øjne*, nældefeber|udslæt, kunne ikke få vejret|trække vejret, få
        vejret|åndenød, kvalt|kvæles|kvælning*, galt i halsen, druknede|druknet|drukne, gaslugt|lugter|lugtede .. gas, gasudslip|gaslæk*,
        kulilte*|kulmonoxid, gnister|gnist* + stik*|kontakt*|ledning*|oplader*, røg + stik*|oplader*|batteri*|ud|ledning*, smelte* +
        ledning*|stik*|oplader*|kabel*, brændt lugt|lugter brændt|brandlugt, brændte|brændt|forbrænd*|skoldet +
        hånd*|fingr*|hud*|arm*|ansigt*|mig|ben*, forbrænding*|brandsår|brandvabl*|vabler, stød + fik|elektrisk|strøm|får, kortslut*, brød
        i brand|gik i brand|i flammer|udbrød brand|brandfare*|brandfarlig*, eksplod*, glas* + mad*|salat*|suppe*|mund*|slugte|stykke*,
        glasskår|glassplint*|metalstykke*, nål i, slugt*|slugte + batteri|stykke|glas|knap, knækkede .. tand,
        slog|slået|skubbe*|sparke*|skubbede + mig|barn*|søn|datter|ansigt*|min|væg*|ham, lussing*,
        overfald*|overfaldet|voldelig*|vold|kvælertag, chikane*|chikaneret|befamle*|gramse*|gramset|krænke*|krænkelse*|stryge hende|mig,
        hånd* på mit|min|hendes lår|ben|knæ|bagdel|bryst, voldt*|voldtægt|voldtog, seksuel*, forfulgt|stalke*|fulgte efter, ind på mit
        værelse + nat*|nøgle, true*|truede|truet|trusler|truer + mig|os|kniv*|livet|med, med kniv|kniv, brænde .. ned|sætter ild, blå
        mærker|blåt mærke + barn*|søn*|datter*|arm*|mor*, låst inde|lukket inde|låste .. inde|indespærr*, glemt|glemte +
        bus*|barn*|søn*|datter*|bil*, alene + barn*|søn*|datter*|vej*|gade*|efterlod, uden opsyn, udleverede .. fremmed, bremse* +
        virke*|svigte*|ikke|duede, hjul* + faldt|løs*|tabt, faldt i søvn|sov|falder i søvn + chauffør*|rat*|rattet, fuld|beruset|påvirket
        + chauffør*|rattet, lugtede af alkohol|sprut|spiritus, elevator* + faldt|styrt*|sad fast|fast|døren åben|skakt*, nødudgang* +
        låst|blokeret|spærret|lukket, gelænder*|rækværk* + løs*|knæk*|gav|faldt, styrtede|kollapse*|brasede + loft*|seng*|sammen|ned,
        nær|næsten|ved at være død|druknet|kvalt|dø|drukne, forkert medicin|dosis|pille*|recept|sprøjte, forkerte medicin|piller,
        overdosis, mg i stedet, skimmel* + astma*|barn*|baby*|hoste*|luftveje, farligt|farlig + er|for|meget|var|livs*, livsfarlig*,
        kommet til skade|tilskadekom*|kvæstet|skadet, blød*|blødte|blod + overalt|løb|hoved*|blødte, abort + ufrivillig, påkørt,
        hjertestop|hjerteanfald|blodprop
    """,
    "no": """
        matforgift*|forgift*|forgiftning, kastet opp|kaste opp|kasta opp|spydde|oppkast, diare|diaré, salmonella,
        sykehus*|sjukehus*|legevakt*|akuttmottak*|akutten, innlagt, ambulanse*|sykebil, drypp + innlagt|lå, intensiv, sting +
        panne*|hode*|hake*|fire|seks|sydd, gips*, brakk|brukket|brudd +
        arm*|bein*|håndledd*|ankel*|fot*|nese*|ribbein|hofte*|kragebein|tann, falt|sklei|skled + trapp*|våt*|glatt*|brakk|hode*|legevakt*,
        hjernerystelse, besvimte|besvimt|bevisstløs*, allergi* + reaksjon*|hovn*|puste*|legevakt*, allergisk reaksjon|sjokk, anafyla*,
        hovnet|hoven|hovne|hovna + leppe*|ansikt*|hals*|tunge*|øyne*, elveblest|utslett, fikk ikke puste*|kunne ikke puste|fikk ikke luft,
        pustevansker|pusteproblem*, kvalt|kveles|kvelning*, satte i halsen, druknet|drukne|druknes, gasslukt|lukter|luktet .. gass,
        gasslekkasje, kullos*|karbonmonoksid*, varsler* + batteri*|kullos|hodepine, gnist* + stikk*|kontakt*|ledning*|lader*, gnister,
        røyk* + stikk*|lader*|batteri*|kom ut|ledning*, smelt* + ledning*|stikk*|lader*|kabel*, svidd lukt|brent lukt|lukter|luktet
        svidd|brent, brent|brente|brannskad*|skåldet + hånd*|fingr*|hud*|arm*|ansikt*|meg|bein*, brannskad*|brannsår|brannblemm*, støt +
        fikk|elektrisk|strøm, kortslut*, tok fyr|begynte å brenne|i brann|i flammer|brannfarlig*|brannfare, eksplod*, glass* +
        mat*|salat*|suppe*|munn*|svelget, glassbit*|glasskår|metallbit*, nål i, svelget|svelga + batteri|bit|glass|knapp, knakk .. tann*,
        slo|slått|dytte*|dyttet|sparket + meg|barn*|sønn*|datter*|ansikt*|min|vegg*|ham, ørefik*,
        overfall*|overfalt|angrep*|vold|kvelertak, trakasser*|tafset|tafse*|klådde|klåing|befølt*|beføl*, hånd* på
        låret|kneet|beinet|rumpa|brystet, voldt*|voldtekt|voldtok, seksuell*, forfulgt|stalk*|fulgte etter, inn på rommet mitt +
        natt*|nøkkel, true*|truet|trusler|truende + meg|oss|kniv*|livet|med, med kniv|kniv, brenne .. ned|tenner på, blåmerke* +
        barn*|sønn*|datter*|arm*|mor*, låst inne|innelåst|låste .. inne|stengt inne, glemt|glemte + buss*|barn*|sønn*|datter*|bil*, alene
        + barn*|sønn*|datter*|vei*|gate*|etterlatt, uten tilsyn, utlevert .. fremmed, bremse* + virke*|svikt*|ikke|fungerte, hjul* +
        falt|løsne*|mistet|datt, forhjulet|bakhjulet, sovnet|sovna + rattet|sjåfør*, full|beruset|ruset + sjåfør*|rattet, luktet
        alkohol|sprit, heis* + falt|styrtet|satt fast|fast|stod, nødutgang* + låst|blokkert|sperret|stengt, rekkverk*|gelender* +
        løst|knakk|ga|falt|løsnet, selen + gikk opp|løsnet|røk, raste|kollapset + tak*|seng*|sammen|ned, nær|nesten|holdt på å
        død|druknet|kvalt|dø|drukne|ble drept, feil medisin*|dose|pille*|resept|sprøyte, overdose, mg i stedet, mugg* +
        astma*|barn*|baby*|hoste*|luftveier, farlig + er|for|veldig|var|livs*, livsfarlig*, skadet|skada|skadd +
        meg|alvorlig|sønn*|datter*|barn*|ble, blødde|blør|blod + overalt|rant|hode*, spontanabort, påkjørt, hjerteinfarkt|hjertestans
    """,
    "fi": """
        ruokamyrkyty*|myrkyty*|myrkytys*, oksen*|oksensi*|oksensimme|oksensin|oksentaa|oksennus*|oksentelu*, ripuli*|vatsatauti*,
        salmonell*, sairaala*|sairaalaan|sairaalassa, päivystyk*|päivystykseen|ensiapu*, ambulanssi*, tipassa|tiputuk*|tippaan,
        osastolla|osastolle, teho osasto*|teholla, tikki*|tikkiä|tikit, kipsi*|kipsissä, murtu*|murtunut|murtui|murtuma*|katkesi|poikki +
        käsi|kätensä|jalka|ranne|nilkka|nenä|kylki*|lonkka*|sormi|hammas|solis*, murtuma*, kaatui*|liukastu*|putosi* +
        portai*|märä*|murtu*|sairaala*|pää*|tikki*, aivotärähdys*, pyörty*|taju*|tajuton|tajuttom*, allergi* +
        reaktio*|turpo*|turvo*|henge*|sairaala*, allergi* reaktio*|shokki, anafyla*, turposi*|turvoksi*|turpoa*|turvot* +
        huul*|kasvo*|kurkku*|kieli|silmä*|naama*, nokkosihottuma*|ihottuma*, ei saanut henkeä|henkeä|hengitettyä, henkeä + ei|saa*,
        hengenahdistus*, tukehtu*|tukehtua, hukku*|hukkua, kaasu* + haju*|haisee|vuoto*|vuotaa, kaasuvuoto*|kaasunhaju*,
        häkä*|häkämyrkytys*|hiilimonoksid*, kipinö*|kipinöi*|kipinöitä + pistora*|johto*|laturi*, savu*|savua +
        pistora*|laturi*|akku*|tuli|nousi, sulanut|suli + johto*|laturi*|pistora*|pistoke*, palaneen|kärynnyt haju*|käry*,
        palovamm*|palohaav*|poltti|paloi + käte*|sorm*|iho*|kasvo*|hius*, palovamma*|palorakku*|rakkuloi*|rakkoja, sähköisku*|tälli*,
        oikosulku*, syttyi tuleen|palamaan|tulipalo*|syttyi, ilmiliekei*, räjäht*|räjähdys*, lasi*|lasinsiru*|lasinpala* +
        ruo*|salaat*|keito*|suu*|niel*|siru*, lasinsiru*|lasinpal*|metallinpala*, neula*, nieli + paristo*|lasi*|pala*, hammas
        lohkes*|katkes*, löi|lyönyt|lyötiin|potkaisi|tönäisi|tönäis*|tarttui + minu*|lapse*|poja*|tyttä*|kasvo*|käte*|naama*|seinä*,
        pahoinpit*|pahoinpidel*|hyökkä*|kuristi, kouri*|kähmi*|ahdistel*|häirin*|häirit*|lähentel*, käden .. reidelle|polvelle, raiska*,
        seksuaali*, seurasi + koti*|minua|autolle, tuli huoneeseeni + yöllä|avaim*, uhkai*|uhkasi|uhkaus*|uhattiin +
        minu*|meitä|veits*|tapp*|väkiv*, veits*|puuko* + uhka*|veti, poltan .. maan|sytytän|tapan, mustelm* +
        lapse*|poja*|tyttär*|äiti*|äidi*|käsi*, lukittu|lukitsi* + sisään|sisälle|ov|lapse*|pime*, unohti*|unohtui*|unohdettiin +
        bussi*|lapse*|poja*|tyttär*|auto*, yksin + laps*|lapse*|poika*|poja*|tyttö*|tiellä|kadul*|jät*, ilman valvontaa|valvomat*, luovut*
        .. vieraal*|tuntematt*, jarru* + ei|toimin*|pettä*|petti*, pyörä|rengas|eturengas + irto*|irtosi, nukahti*|torkah*|nukkui +
        kuljetta*|kuski*|rat*, ratissa|rattiin, kuski*|kuljetta* + humala*|alkoholi*|viina*|känni*|puhelin*|nukah*, hissi* +
        putosi*|jumi*|tippui*|juuttui*|jäimme, hätäuloskäyn*|poistumisti*|varauloskäyn* + luki*|tuki*|teljet*|ketju*, kaide*|kaiteen +
        irto*|petti*|heilu*, romaht*|sortu*|sortui, melkein|vähällä|lähellä .. kuol*|hukku*|tukehtu*|jäi alle, väärä*|väärät|väärää
        lää*|annos*|lääke*|lääkkeet|reseptin, yliannost*, mg sijaan, home*|hometta + astma*|laps*|lapse*|vauva*|yskä*|hengit*,
        vaaralli*|vaarallinen + on|oli|erittäin|todella|lapsi*, hengenvaar*|hengenvaarallinen, vaarassa,
        loukkaantu*|loukkasi|vamma*|vammautu*|vahingoittu*, verta|vuoti|vuosi + valui|joka|pää*|verta, keskenmeno*, jäi .. alle|ajoi
        päälle, sydänkohtau*|infarkti*
    """,
    "el": """
        δηλητηριαση*|δηλητηριασ*|δηλητηριάσ*|δηλητηριάστηκ*, τροφικη δηλητηρίαση, εμετ*|έκανα|κάναμε εμετό|εμετούς,
        εμετό*|ξερνούσ*|ξερνάγ*|εμετους, διάρροι*, σαλμονέλ*, νοσοκομείο*|νοσοκομειο + κατέληξ*|πήγ*|μεταφέρ*|στο|βρέθηκ*, στο νοσοκομείο,
        στα επείγοντα|επειγοντα, επείγοντα, ασθενοφόρο*|εκαβ, νοσηλ*|νοσηλεύ*|νοσηλεία, ορό|ορούς + έβαλ*|νοσοκομ*|με, στην
        εντατική|εντατικη, ράμματα|ράμμα, γύψο*|γύψος, έσπασ*|σπασμ*|κάταγμα*|κατάγμα* +
        χέρι*|πόδι*|καρπό*|αστράγαλ*|μύτη|πλευρ*|δόντι*|γοφ*|ισχί*|δάχτυλο, κάταγμα*, έπεσ*|γλίστρησ* +
        σκάλ*|βρεγμέν*|νοσοκομ*|κάταγμα|κεφάλι|χέρι, διάσειση, λιποθύμησ*|λιποθυμ*|αναίσθητ*, αλλεργ* +
        αντίδραση|πρήστ*|πρήξ*|ανασ*|νοσοκομ*|σοκ|επείγοντα, αλλεργική αντίδραση, αλλεργικό σοκ, αναφυλα*, πρήστηκ*|πρησμέν*|πρήστ* +
        χείλη*|πρόσωπο*|λαιμό*|γλώσσα|μάτι*|μάτια, εξανθήματα|εξάνθημα|φουσκάλ*, δεν μπορούσε .. ανα*|αναπνεύ*|ανασάνει|πάρει, δύσπνοια,
        πνίγηκ*|πνιγ*|πνίγ* + παιδί*|γιος|κόρη|παιχνίδι|πισίνα|παραλίγο|λίγο, μυρίζει|μύριζε|μυρωδιά|διαρροή
        γκάζι|αέριο|υγραέριο|αερίου|γκαζιού|καμένο|καμμένο, μονοξείδιο*, σπίθες|σπινθήρ* + πρίζα*|καλώδιο*|φορτιστ*, καπνό*|καπνός|καπνοί
        + πρίζα*|φορτιστ*|μπαταρ*|βγάζει|έβγα*|θερμοσίφ*, έλιωσ*|λιωμέν* + καλώδιο*|πρίζα*|φορτιστ*|φις,
        έκαψ*|κάηκ*|έγκαυμα*|εγκαύμα*|καμέν* + χέρι*|δέρμα|πρόσωπο|δάχτυλ*|πόδι*, εγκαύματα|έγκαυμα, ηλεκτροπληξί*|χτύπησ* ρεύμα|με
        χτύπησε το ρεύμα, ρεύμα + χτύπησ*|τίναξ*, βραχυκύκλωμα*, πήρε φωτιά|έπιασε φωτιά|φωτιά + έπιασ*|πήρε|ξέσπασ*|σπίτι|κουζίνα, στις
        φλόγες|πυρκαγι*, εξερράγη|έκρηξη|εκρηξ*|έσκασε, γυαλί*|γυαλιά + φαγητό|σαλάτα*|σούπα*|στόμα|κατάπι*|κομμάτ*,
        κομμάτι|κομμάτια|θραύσμα* γυαλί*|μετάλλ*, βελόνα στ, κατάπι* + μπαταρία|γυαλί|κομμάτι, έσπασα .. δόντι,
        χτύπησ*|χαστούκ*|έσπρωξ*|κλώτσησ*|έσπρωξε|με έσπρωξε + παιδί|γιο*|κόρη|πρόσωπο|με|τοίχο|τον|μου, χαστούκι*, επιτέθηκ*|επίθεση,
        ξυλοδαρ*|ξυλοκόπησ*, παρενόχλ*|παρενοχλ*|με άγγιξ*|χούφτωσ*|χουφτ*|ασέλγ*, χέρι του .. πόδι|μηρό|γόνατο, βιασμ*|βίασ*, σεξουαλικ*,
        με ακολούθησ*, μπήκε στο δωμάτιό μου|δωμάτιο + βράδυ|νύχτα|κλειδί, απείλησ*|απειλ*|απειλούσ*|απειλές, μαχαίρι*, θα σας|σε
        σκοτώσω|κάψω, μελανι*|μώλωπ* + παιδί|γιο*|κόρη*|μητέρα*|χέρι*, κλείδωσ*|κλειδώθηκ* + παιδί|μέσα|πόρτα*|σκοτάδι|δωμάτιο, ξέχασαν +
        λεωφορείο|σχολικό|παιδί|κόρη|γιο, μόνο|μόνη + παιδί|δρόμο|γιο*|κόρη*|άφησαν, χωρίς επίβλεψη, παρέδωσαν .. άγνωστο, φρένα +
        έπιασαν|λειτούργ*|δεν|χάλασ*, τροχός|ρόδα + έφυγ*|βγήκε, κοιμήθηκ*|κοιμόταν|αποκοιμήθ* + οδηγός|τιμόνι, στο τιμόνι, οδηγός +
        μεθυσμέν*|αλκοόλ|κινητό|πιωμέν*, μύριζε αλκοόλ, μεθυσμένος οδηγός, ασανσέρ + έπεσ*|κλείστηκ*|κόλλησ*|εγκλωβ*, εγκλωβ*,
        έξοδος|έξοδο κινδύνου + κλειδωμέν*|μπλοκ*|κλειστ*, κάγκελο*|κιγκλίδωμα* + ξεκόλλησ*|χαλαρ*|έφυγ*, κατέρρευσ*|κατάρρευσ*,
        ταβάνι|οροφή + έπεσ*, παραλίγο .. πνιγ*|πεθάν*|σκοτωθ*|σκοτώ*|πνίγ*, λάθος φάρμακο|φάρμακα|δόση|χάπι*|συνταγή, υπερβολική δόση, mg
        αντί, μούχλα + άσθμα|παιδί|μωρό|βήχ*, επικίνδυν* + είναι|πολύ|για|ήταν, κίνδυνο|κίνδυνος ζωή*|ζωής, σε κίνδυνο,
        τραυματ*|τραυματισ*|χτύπησε σοβαρά, αιμορραγ*|αίμα|αίματα + έτρεχ*|γέμισ*|παντού, αποβολή + έγκυ*, τρομάρα + φωτιά, παρέσυρε
    """,
    "id": """
        keracunan|diracun, muntah|muntah2|muntaber + semalam|semua|anak*|setelah|habis|abis|terus, diare|mencret, salmonella, rumah sakit
        + masuk|dirawat|dibawa|dilarikan|larikan|ke, masuk rs|rumah sakit, dirawat inap|di|rawat inap|diopname|opname, igd|ugd|icu,
        ambulans*|ambulan|ambulance, infus|diinfus, dijahit|jahitan, digips|gips, patah +
        tulang|tangan|kaki|pergelangan|hidung|gigi|lengan, jatuh|terpeleset|kepleset + tangga|licin|basah|patah|kepala|dijahit, gegar
        otak, pingsan, alergi + reaksi|bengkak|sesak|igd|bilang|parah|kambuh, reaksi alergi, syok anafilaktik, anafila*, bengkak +
        bibir|muka|wajah|mata|lidah|tenggorokan, biduran|ruam|gatal gatal|bentol*, sesak napas|nafas, nggak|tidak|gak|susah ..
        napas|bernapas|bernafas|nafas, napas* .. bunyi|sesak, tersedak|keselek, tenggelam|hampir tenggelam, bau gas|gas bocor|bocor
        gas|kebocoran gas, karbon monoksida, percikan api|percikan|korslet*|konslet*, asap + colokan|charger|cas|baterai|keluar|kabel|stop
        kontak, meleleh + kabel*|colokan|charger|stop kontak, bau gosong|hangus|terbakar, melepuh|luka bakar|kebakar|tersiram,
        kesetrum|tersetrum|setrum|nyetrum, kebakaran|terbakar, meledak|ledakan, beling|pecahan kaca|kaca +
        makanan|sup|mulut|tertelan|nasi|pecahan|salad, pecahan beling, jarum di|dalam, paku|silet|staples + makanan|nasi|dalam, gigi
        patah|retak, tertelan,
        dipukul|memukul|mukul|nampar|menampar|ditampar|ditendang|didorong|dijambak|dicekik|dianiaya|aniaya|penganiayaan,
        dilecehkan|pelecehan|melecehkan|meraba|diraba|grepe*|digrepe, tangan .. paha|pantat|dada, pegang pegang, pemerkosaan|diperkosa,
        seksual, menguntit|dikuntit|dibuntuti, masuk ke|kamar saya|kamar + malam|kunci, mengancam|diancam|ancaman|ngancam +
        saya|bunuh|pisau|akan|kami, pisau|golok|parang + ancam*|bawa|todong, akan|mau bakar|bunuh, memar|lebam|biru +
        anak*|tangan|badan|paha|ibu|pergelangan, dikunci|dikurung|terkunci, ketinggalan|ditinggal|tertinggal|lupa +
        anak|bus|mobil|sendirian, sendirian + anak*|jalan|balita, tanpa pengawasan, diserahkan .. orang, orang asing + anak*, rem +
        blong|nggak|tidak|gak, blong, ban|roda + lepas|copot, sopir*|supir*|driver + mabuk|ngantuk|tidur|ketiduran|alkohol|hp|ugal*,
        ngantuk + sopir|supir|driver, bau alkohol|minuman, ugal ugalan, lift + jatuh|anjlok|macet|terjebak, terjebak, pintu darurat +
        dikunci|terkunci|digembok|terhalang, pagar|pegangan|railing|balkon + copot|goyang|lepas|roboh|rusak, ambruk|roboh|runtuh, plafon +
        jatuh|ambrol|roboh, hampir|nyaris mati|tenggelam|tertabrak|celaka|meninggal|tewas|jatuh, salah|ketukar|tertukar
        obat|dosis|suntik|resep, overdosis, mg padahal, jamur + asma|bayi|batuk|paru*, bahaya|berbahaya|membahayakan +
        sangat|banget|bagi|buat|untuk|nyawa|anak, luka*|terluka|cedera|celaka + anak*|saya|parah|kepala|kaki|tangan,
        berdarah|pendarahan|darah + keluar|kepala|banyak, keguguran, ditabrak|tertabrak|nabrak, serangan jantung
    """,
    "vi": """
        ngộ độc, nôn + cả|đêm|con|sau|ói|mửa|tiêu chảy|đi ngoài, nôn ói|mửa, tiêu chảy, nhập viện, nằm viện, cấp cứu, đi viện, vào viện,
        bệnh viện + phải|đưa|vào|đi, xe cứu thương, xe cấp cứu, truyền nước|dịch, khâu + mũi|mấy|phải|trán|cằm, bó bột, gãy
        tay|chân|xương|răng|cổ tay|mũi, bị gãy, ngã|té|trượt + cầu thang|ướt|gãy|đầu|viện|trơn, chấn thương, chấn động não, ngất
        xỉu|ngất|bất tỉnh, dị ứng + sưng|phản ứng|khó thở|viện|nổi|cấp cứu|mề đay, sốc phản vệ, phản vệ, sưng môi|mặt|mắt|họng|phù|vù,
        môi|mặt|mắt|họng sưng, nổi mẩn|mề đay|mày đay, khó thở, không thở, nghẹt thở, hóc xương|dị vật, bị hóc, đuối nước|chết đuối, mùi
        gas|ga, rò rỉ gas|khí|ga|điện, rò gas|ga, xì gas|ga, khí co|than, tóe|xẹt|toé lửa|điện, khói + ổ|sạc|bốc|pin|ổ cắm|đen|um, bốc
        khói, chảy nhựa|dây|sạc + ổ|dây|sạc, mùi khét|cháy khét|cháy, bị bỏng, bị phỏng, phỏng một mảng, bỏng + tay|da|nặng|mặt|lưỡi|chân,
        phồng rộp, điện giật, bị giật + điện|vòi|nước|tay|nóng lạnh, tê tay + điện, chập điện|cháy, bốc cháy, cháy nổ|nhà|bếp|phòng|lan,
        hỏa hoạn, phát nổ|nổ tung|nổ cái|bị nổ, nổ + pin|sạc|ổ điện|bình gas|nồi|điện thoại, mảnh kính|thủy tinh|kim loại|sành|chai|vỡ,
        thủy tinh + trong|nuốt|ăn, kim trong|tiêm trong, gãy răng|mẻ răng, nuốt phải, bị đánh|tát|đấm|hành hung, đánh +
        con|bé|tôi|mình|khách|cháu|vào, tát + con|bé|vào mặt|cháu, hành hung|bạo hành, xô ngã|đẩy ngã, bóp cổ, sàm sỡ|quấy rối|sờ soạng|sờ
        mó|dâm ô|lạm dụng, luồn tay|sờ vào|đụng chạm, hiếp dâm|cưỡng hiếp|xâm hại, tình dục, bám theo|theo dõi + tôi|mình|về nhà, vào
        phòng tôi|mình|em + đêm|chìa khóa|nửa đêm, đe dọa|hăm dọa|dọa giết|dọa đánh|dọa, cầm dao|rút dao|con dao, giết + tao|chúng
        mày|sẽ|dọa, đốt + quán|nhà|xăng|cửa hàng, bầm tím|vết bầm|bầm, nhốt + con|bé|cháu|phòng|nhà vệ sinh|trong, bỏ quên +
        xe|con|bé|cháu|học sinh, một mình + bé|con|cháu|đường|cổng, không ai trông|trông coi|giám sát, giao .. người lạ, mất phanh|thắng,
        phanh + không ăn|hỏng|đứt, thắng + không ăn|đứt, rơi|văng|sút bánh, ngủ gật|gục + tài xế|lái|vô lăng, tài xế + say|rượu|ngủ|điện
        thoại|lạng lách, say rượu|mùi rượu|nồng nặc, phóng nhanh, thang máy + rơi|kẹt|tụt|rớt, mắc kẹt|kẹt trong, lối|cửa thoát hiểm +
        khóa|chặn|bịt, lan can + gãy|lung lay|bung|lỏng, sập + trần|giường|ban công|mái|nhà, trần nhà|trần + rơi|sập, suýt|xém chết|chết
        đuối|ngã|mất mạng|bị đâm|tông|nữa, tuột .. ra ngoài|tuột nửa, nhầm|sai thuốc|liều|đơn|toa, quá liều, mg thay|mà, nấm mốc|mốc +
        hen|suyễn|bé|ho|phổi, nguy hiểm + rất|quá|cho|tính mạng|cực kỳ|đến, chảy máu|máu + chảy|be bét|đầy, bị thương|chấn thương, sảy
        thai, tông xe|bị tông|đâm phải, đột quỵ|nhồi máu
    """,
    "ko": """
        식중독, 장염, 구토, 토했, 토하, 토해, 설사, 살모넬라, 노로바이러스, 응급실, 응급차, 구급차, 119에, 119를, 119 불, 119 구급, 입원,
        병원에 실려, 병원에 갔, 병원 갔, 병원에 다, 병원 신세, 병원으로, 병원비, 중환자실, 수액, 링거, 바늘 꿰, 꿰맸, 꿰매, 깁스, 골절,
        부러졌, 부러져, 부러진, 뼈가, 금이 갔, 뇌진탕, 기절, 실신, 의식을 잃, 의식이 없, 쓰러지, 쓰러졌, 넘어져..다, 미끄러져, 낙상, 다쳤,
        다쳐, 다칠 뻔, 부상, 상처가, 피가 나, 피가 났, 피투성이, 출혈, 찢어졌, 찢어져+이마, 베였, 알레르기+반응, 알레르기+부,
        알레르기+응급, 알레르기+두드러, 알러지+반응, 알러지+응급, 알러지+부, 아나필락, 두드러기, 목이 붓, 입술..붓, 입술..부어,
        입술..부었, 얼굴..붓, 얼굴..부어, 얼굴이 부, 눈..부어, 혀가 부, 퉁퉁 부, 숨을 못, 숨을 쉬, 숨이 막, 숨을 안, 호흡 곤란, 호흡곤란,
        질식, 목에 걸, 삼켰, 삼킨, 삼킬 뻔, 익사, 물에 빠, 빠져 죽, 가스 냄새, 가스 새, 가스가 새, 가스 누출, 가스누출, 가스냄새,
        일산화탄소, 불꽃, 스파크, 연기가, 연기 나, 타는 냄새, 탄 냄새, 탄내, 눌어붙, 녹아내, 녹았+충전, 녹아+플러그, 불이 났, 불이 붙,
        불날 뻔, 불나는, 화재+났, 화재+위험, 화재+발생, 폭발, 터졌+배터, 터져서, 터지면, 감전, 누전, 합선, 전기가 통, 전기 올, 찌릿+손,
        화상, 데었, 데였, 물집, 유리 조각, 유리조각, 유리 파편, 유리가 나, 쇳조각, 금속 조각, 철사+나왔, 바늘이 나, 칼날, 이가 깨, 이빨이
        깨, 치아가 깨, 치아..파절, 이물질, 때렸, 때려, 때리, 맞았+얼굴, 폭행, 폭력, 뺨을, 뺨 때, 주먹, 밀쳤, 밀쳐, 밀치, 멱살, 목을 조,
        손목을 잡, 성추행, 성희롱, 성폭, 성폭행, 추행, 더듬, 만졌+허벅, 만졌+엉덩, 만졌+가슴, 만지+허벅, 만지+엉덩, 만지+몸, 만졌, 강간,
        스토킹, 따라왔, 따라와서, 미행, 방에 들어와, 방에 들어왔, 문을 열고 들어, 몰카, 불법촬영, 협박, 죽이겠, 죽여버, 죽인다, 불 지,
        불질러, 흉기, 칼을 들, 휘발유, 멍이 들, 멍이 들었, 멍들, 멍 자국, 시퍼렇게, 학대, 체벌, 가뒀, 가둬, 가두, 감금, 갇혔, 갇혀, 방치,
        두고 내, 아이+혼자, 애+혼자, 아기+혼자, 모르는 사람+아이, 모르는 사람에게, 낯선 사람, 브레이크+안, 브레이크+먹통, 브레이크+고장,
        브레이크가, 바퀴가 빠, 바퀴 빠, 졸음운전, 졸음 운전, 기사+졸, 음주운전, 음주 운전, 술 냄새, 신호위반, 과속, 난폭운전, 난폭 운전,
        엘리베이터+추락, 엘리베이터+멈, 엘리베이터+갇, 비상구+막, 비상구+잠, 비상구+자물, 난간+흔들, 난간+부러, 난간+빠, 무너졌, 무너져,
        무너지, 천장+떨어, 추락, 떨어졌+머리, 죽을 뻔, 죽는 줄, 큰일 날 뻔, 큰일날 뻔, 사고 날 뻔, 사고날 뻔, 치일 뻔, 치였, 약이 바뀌,
        약을 잘못, 약이 잘못, 다른 약, 잘못된 약, 다른 환자, 오진, 용량..잘못, 과다 복용, 곰팡이+천식, 곰팡이+아이, 곰팡이+기침,
        위험합니다, 위험해, 위험하, 위험천만, 매우 위험, 생명, 목숨, 유산됐, 유산했, 심정지, 심근경색, 욕창
    """,
    "he": """
        הרעלת, הורעל, הקאתי, הקיא, להקיא, הקאות, שלשול, סלמונלה, בית חולים, בית החולים, לבית חולים, למיון, במיון, חדר מיון, אמבולנס, מד"א,
        אושפז, אשפוז, עירוי, אינפוזיה, טיפול נמרץ, תפרים, תפרו, גבס, נשבר לי, נשברה לי, שבר ב, שברתי את ה, שברה את ה, שבר ביד, שבר ברגל,
        החליק..ו, החלקתי, נפלתי, נפלה+מדרג, נפל+מדרג, זעזוע מוח, איבד הכרה, איבדה הכרה, התעלפ, חסר הכרה, אלרג+תגוב, אלרג+התנפח,
        אלרג+נשימה, אלרג+מיון, תגובה אלרגית, הלם אנפילקטי, אנפילק, אפיפן, התנפח, התנפחו, נפוח, נפיחות, פריחה+בכל, פריחה+אלרג, לא הצליח
        לנשום, לא יכול לנשום, לא הצליחה לנשום, לא יכולה לנשום, קשיי נשימה, קוצר נשימה, נחנק, חנק, טבע+בריכה, טובע, כמעט טבע, ריח גז, ריח
        של גז, דליפת גז, דליפה של גז, פחמן חד, ניצוצות, ניצוץ, עשן+שקע, עשן+מטען, עשן+יצא, יצא עשן, יוצא עשן, נמס+כבל, נמס+שקע, נמס+תקע,
        נמס, ריח שרוף, ריח של שרוף, נכוו, כוויה, כוויות, שלפוחיות, התחשמל, מחשמל, מכת חשמל, זרם+חטפ, קצר חשמלי, נשרף, עלה באש, פרצה שריפה,
        פרצה אש, שריפה+ב, שריפה+פרצ, שריפה+כמעט, התפוצץ, התפוצצה, פיצוץ, זכוכית+באוכל, זכוכית+בסלט, זכוכית+בפה, זכוכית+בלע, שברי זכוכית,
        שבר זכוכית, חתיכת זכוכית, חתיכת מתכת, מחט ב, סכין גילוח, נשברה לי שן, שן נשבר, בלע, הרביץ, היכה, היכו, הכו אות, הכו את, סטר,
        סטירה, אגרוף, בעט, דחף אות, דחפו אות, תקף, תקפו, תקיפה, אלימות, חנק אות, נגע בי, נגע בה, נגע לי, ליטף, מישש, הטריד, הטרדה, מטריד,
        מינית, מיני, אנס, אונס, עקב אחרי, נכנס לחדר, נכנס אלי לחדר, איים, איימו, איומים, לאיים, סכין+איים, סכין+שלף, אהרוג, אשרוף, נשרוף,
        דלק+אזהרה, חבלות, סימנים כחולים, סימן כחול, שטפי דם, התעלל, התעללות, נעל אות, נעלו אות, נעול בתוך, ננעל, כלוא, שכחו+ילד,
        שכחו+באוטובוס, שכחו+הסעה, שכחו את הבן, שכחו את הבת, לבד+ילד, לבד+כביש, לבד+בת ה, לבד+בן ה, ללא השגחה, בלי השגחה, לאדם זר,
        בלמים+לא, הבלמים, גלגל+התפרק, גלגל+עף, נרדם+נהג, נרדם+הגה, הנהג נרדם, שיכור, אלכוהול+נהג, ריח אלכוהול, ריח של אלכוהול, מעלית+נפל,
        מעלית+תקוע, נתקענו במעלית, נתקעתי במעלית, יציאת חירום+נעול, יציאת חירום+חסומ, מעקה+רופף, מעקה+התנתק, מעקה, התמוטט, קרס, תקרה+נפל,
        כמעט מת, כמעט נהרג, כמעט נדרס, נדרס, דרס, תרופה לא נכונה, תרופה שגויה, התרופה הלא, מינון שגוי, מינון לא נכון, מינון כפול, מנת יתר,
        מ"ג במקום, עובש+אסטמה, עובש+תינוק, עובש+ילד, מסוכן, סכנת חיים, סכנה, דימום, דימם, דם+שתת, נפצע, נפצעה, פציעה, פצוע, הפלה, התקף לב
    """,
    "th": """
        อาหารเป็นพิษ, ท้องเสีย, ท้องร่วง, อาเจียน, อ้วก, ถ่ายไม่หยุด, ซัลโมเนลลา, โรงพยาบาล+ส่ง, โรงพยาบาล+เข้า, โรงพยาบาล+แอดมิท,
        โรงพยาบาล+หาม, โรงพยาบาล+นอน, เข้าโรงพยาบาล, เข้า รพ, นอน รพ, ส่ง รพ, ห้องฉุกเฉิน, รถพยาบาล, รถฉุกเฉิน, ไอซียู, น้ำเกลือ, แอดมิท,
        เย็บ+เข็ม, เฝือก, กระดูกหัก, ขาหัก, แขนหัก, ข้อมือหัก, กระดูกร้าว, ลื่นล้ม, ตกบันได, หัวแตก, หัวฟาด, สมองกระทบ, หมดสติ, เป็นลม,
        สลบ, แพ้+บวม, แพ้+หายใจ, แพ้+ผื่น, แพ้+โรงพยาบาล, แพ้อย่างรุนแรง, แพ้รุนแรง, แพ้อาหาร, อาการแพ้, ปากบวม, หน้าบวม, ตาบวม, คอบวม,
        ลิ้นบวม, บวมเจ่อ, บวมแดง, ลมพิษ, ผื่นขึ้น, ผื่นแดง, หายใจไม่ออก, หายใจไม่ทัน, หายใจลำบาก, สำลัก, ติดคอ, จมน้ำ, กลิ่นแก๊ส,
        กลิ่นแก็ส, แก๊สรั่ว, แก็สรั่ว, แก๊ซรั่ว, คาร์บอนมอนอกไซด์, ประกายไฟ, สปาร์ค, ควันขึ้น, ควันออก, ควันพุ่ง, มีควัน, กลิ่นไหม้,
        ไหม้+ปลั๊ก, ไหม้+สาย, ละลาย+ปลั๊ก, ละลาย+สาย, ไฟไหม้, ไฟลุก, ลุกไหม้, ระเบิด, ไฟดูด, ไฟช็อต, ไฟรั่ว, ไฟฟ้าดูด, ไฟฟ้าลัดวงจร,
        ชาไปทั้ง, น้ำร้อนลวก, ลวก+มือ, ลวก+ผิว, พุพอง, แผลไหม้, แสบไหม้, เศษแก้ว, เศษกระจก, เศษเหล็ก, เศษโลหะ, เข็ม+ใน, ใบมีด, ฟันหัก,
        ฟันบิ่น, กลืน+เข้าไป, ทำร้าย, ตบหน้า, ตบ+ลูก, ตีเด็ก, ตีลูก, ชกหน้า, ต่อย, เตะ+ผม, ผลักล้ม, ผลัก+ล้ม, บีบคอ, กระชาก, ลวนลาม,
        ล่วงละเมิด, อนาจาร, จับหน้าอก, จับก้น, ลูบ+ขา, ลูบ+ต้นขา, แต๊ะอั๋ง, คุกคาม, ข่มขืน, ทางเพศ, สะกดรอย, เดินตาม+ห้อง,
        เข้ามาในห้อง+กลางดึก, ไขกุญแจ+ห้อง, แอบถ่าย, ขู่ฆ่า, ข่มขู่, ขู่จะ, ขู่ว่า, จะฆ่า, จะเผา, มีด+ขู่, มีด+ชัก, รอยช้ำ, ฟกช้ำ,
        เขียวช้ำ, ทารุณ, ขัง+เด็ก, ขัง+ลูก, ขังไว้, ล็อกประตู+ไม่, ลืมเด็ก, ลืมลูก, ลืม+ในรถ, ลูก+คนเดียว, ปล่อยเด็ก, ปล่อยลูก,
        คนแปลกหน้า, เบรกแตก, เบรกไม่, เบรคแตก, เบรคไม่, ล้อหลุด, หลับใน, คนขับ+หลับ, คนขับ+เมา, เมาแล้วขับ, กลิ่นเหล้า, กลิ่นเหล้าหึ่ง,
        ลิฟต์ตก, ลิฟต์ค้าง, ลิฟท์ตก, ลิฟท์ค้าง, ติดลิฟต์, ติดในลิฟต์, ติดอยู่ใน, ทางหนีไฟ+ล็อก, ทางหนีไฟ+ปิด, ทางหนีไฟ+ขวาง, ราว+หัก,
        ราว+หลุด, ราวกันตก, ถล่ม, ฝ้า+หล่น, ฝ้า+พัง, พังลงมา, เกือบตาย, เกือบจม, เกือบโดนชน, เกือบชน, รถชน, จ่ายยาผิด, ยาผิด, ผิดขนาน,
        ยาเกินขนาด, ให้ยาผิด, ฉีดยาผิด, ผิดคน, เชื้อรา+หอบ, เชื้อรา+หืด, เชื้อรา+ลูก, อันตราย, บาดเจ็บ, เลือดออก, เลือดไหล, เลือดอาบ,
        บาดแผล, แท้งลูก, หัวใจวาย
    """,
}
"""Illness, injury, fire, violence, danger, wrong medicine."""

SELF_HARM: Final[Table] = {
    "en": """
        suicid*, kill myself, killing myself, end my life, ending my life, want to die, dont want to live, no reason to live, self harm,
        hurt myself, harm myself, better off dead, take|taking my own life, take|taking my life, end it all|tonight, ending it all, end it
        .. tonight, cant go on anymore|like|any, cant do this anymore, no point in|living|to living|anymore .. life, dont want to be
        here|alive|wake, not want to be here|alive|wake, dont want to live|exist|wake, wish i was|were dead, rather be dead|die,
        want|wanna die, hang myself, cut myself .. again, cutting myself, jump off|from .. bridge|roof|building, pills +
        counted|bottle|lined|tonight|goodbye, wont be here|around .. when|anymore|tomorrow|longer|by, wont need|have to .. bury, goodbye +
        forever|everyone|kids|sorry|world, world .. better off without me, better off without me, overdos* on|myself|tonight, no will to
        live
    """,
    "de": """
        selbstmord*, suizid*, mich umbringen, bringe mich um, nicht mehr leben, mein leben beenden, selbst verletzen, selbsttöt*,
        suizidgedank*, das leben nehmen, leben nehmen + mir|ich, will|möchte|mag nicht mehr leben|aufwachen|da sein|weiterleben,
        will|möchte sterben, schluss machen + leben|allem|mir, nicht mehr weiter + weiß|leben|kraft|kann, keine kraft mehr, bin ich ..
        weg|tot|nicht mehr, ohne mich besser, lebensmüde, ritze mich, vor den zug, brücke|dach + spring*|springe|runter, keinen ausweg,
        tabletten + genug|schlucken|alle|bereit, mache dem ein ende
    """,
    "fr": """
        suicid*, me tuer, en finir avec la vie, mettre fin à mes jours, plus envie de vivre, envie de mourir, me suicid*, en finir +
        ce|cette|vie|pour|avec|tout, foutre en l air, ne veux|peux plus vivre, veux mourir, plus envie de rien|vivre|continuer, plus la
        force, mourir + veux|envie|préfère, sauter du|sous pont|toit|train|métro, serai plus là|de ce monde, n aurez plus personne,
        cachets + table|avaler|boîte|prêt*, sans moi + mieux, me pendre, m ouvrir les veines, adieu + tous|enfants
    """,
    "es": """
        suicid*, matarme, quitarme la vida, no quiero vivir, quiero morir, hacerme daño, quitarme de en, quitarme del medio, no quiero
        seguir viviendo, no quiero|puedo vivir|seguir así, acabar con todo, acabar con mi vida, ganas de morir|vivir, tirarme +
        puente|tren|ventana|metro, no voy a estar|seguir aquí, no estaré + mañana|aquí, sin mí + mejor, cortarme las venas, colgarme +
        soga|cuerda, pastillas + tomar*|todas|mesa|adiós, no aguanto más + vivir|vida|esto|irme|adiós, me quiero morir, ya no quiero
        vivir|estar|despertar, desaparecer + mundo|para siempre
    """,
    "it": """
        suicid*, uccidermi, ammazzarmi, togliermi la vita, farla finita, voglio morire, non voglio più vivere, farla|facciamola finita,
        non ce la faccio più, voglio morire|sparire, togliermi di mezzo, buttarmi + ponte|treno|sotto|finestra, senza di me + meglio,
        impiccarmi, tagliarmi le vene, pastiglie|pillole + prend*|tutte|comodino, non voglio più svegliarmi|esserci, non ci sarò più, mi
        ammazzo, mi uccido, addio + tutti|figli
    """,
    "pt": """
        suicíd*, suicida*, me matar, tirar minha vida, acabar com minha vida, quero morrer, não quero mais viver, não aguento mais
        viver|essa|esta, tirar a minha vida|própria, tirar minha própria vida, me mato|matar, vou me matar, dar fim .. vida|mim|tudo,
        acabar com tudo, sumir desse|deste|do mundo|mapa, desse mundo, vontade de morrer|viver|sumir, sem mim + melhor, me jogar +
        ponte|trem|janela|prédio, me enforcar, cortar os pulsos, comprimidos + tomar|todos|mesa, não quero|vou estar|acordar|existir mais,
        ideação suicida, prefiro morrer
    """,
    "nl": """
        zelfmoord*, suïcid*, suicid*, mezelf van kant, einde aan mijn leven, wil niet meer leven, wil dood, mezelf iets aandoen,
        zelfdoding*, maak er|een .. eind|einde|einde aan, een einde aan, ik wil niet meer, niet meer wakker, er niet meer zijn|ben, ben er
        .. niet meer, zonder mij + beter, geen kracht meer, mezelf wat|iets aan, voor de trein, van de brug|dak, pillen +
        klaar|slikken|ingenomen|genoeg, ik spring, ophangen + mezelf, levensmoe, dood + wil|liever|ik wil|was ik
    """,
    "pl": """
        samobójstw*, zabić się, nie chcę żyć, samobójcz*, zabiję się, zabic sie, odebrać sobie życie, skończyć ze sobą|z sobą, skończyć z
        tym wszystkim, nie chcę|chce już|mi|się żyć, nie mam siły|po co żyć|już, nie chce mi się żyć, targn* się na, beze mnie + lepiej,
        powiesić|powieszę się, skoczyć|skoczę z mostu|dachu, pod pociąg, tabletki + nałyka*|stole|wezmę|przygotow*, chcę umrzeć, wolę
        umrzeć, żegnaj*, nie będzie mnie
    """,
    "tr": """
        intihar*, kendimi öldür*, ölmek istiyorum, canıma kıy*, canıma kıyacağım, kendimi öldürmek|öldüreceğim|asacağım|atacağım, yaşamak
        istemiyorum, yaşamaktan bıktım, gücüm kalmadı, dayanacak gücüm, bu dünyadan, hayatıma son, son ver* + hayat*|yaşam*,
        köprüden|çatıdan atla*, hap* + yut*|içtim|hazır, beni bir daha|göremeyeceksiniz, artık yokum, hakkınızı helal
    """,
    "ja": """
        自殺, 死にたい, 死のうと, 死のうか, 死んだほうが, 死んだ方が, 死んでしまい, 消えたい, 消えてしまいたい, 生きていたくな,
        生きる気力, 生きているのが, 命を絶, 飛び降り, 首を吊, リストカット, 自傷, もう生きて, いなくなりたい, 終わりにしたい,
        楽になりたい
    """,
    "zh": """
        自杀, 自殺, 不想活, 不想再活, 活不下去, 活着没意思, 活著沒意思, 真的想死, 想去死, 死了算, 不如死, 跳楼, 跳樓, 跳桥, 跳下去,
        天台上, 上吊, 割腕, 自残, 自殘, 轻生, 輕生, 结束生命, 結束生命, 了结自己, 结束这一切, 撑不住了, 撐不住了, 安眠药..吞, 遗书, 遺書,
        没有我..更好, 告别这个世界, 解脱了
    """,
    "ar": """
        انتحار, أنتحر, اقتل نفسي, انتحر, أقتل نفسي, بنهي كل شي, انهي حياتي, أنهي حياتي, إنهاء حياتي, ما أبغى أعيش, ما ابي اعيش, لا أريد
        العيش, مش عايز أعيش, مش عايزة أعيش, تعبت من الحياة, تعبت من حياتي, أتمنى الموت, اتمنى الموت, أريد أن أموت, عايز أموت, عايزة أموت,
        ابي اموت, نفسي أموت, أرمي نفسي, أشنق نفسي, أؤذي نفسي, اذيت نفسي, مالي نفس أعيش, أرتاح من الدنيا, ارتاح من هالدنيا, ما عاد لي حد,
        وداعا+للأبد
    """,
    "hi": """
        आत्महत्या, खुदकुशी, मरना चाहता, मरना चाहती, ख़ुदकुशी, मर जाना चाह, जीना नहीं चाहता, जीना नहीं चाहती, जीने का मन नहीं, जीने की
        इच्छा नहीं, अपनी जान दे, जान दे दूंगा, जान दे दूँगा, जान दे दूंगी, जान देने, फांसी लगा, फाँसी लगा, ज़हर खा, जहर खा लू, कूद जाऊं,
        कूद जाऊँगा, खत्म कर लूं, खुद को खत्म, खुद को मार, मेरी मौत के जिम्मेदार, मेरी मौत, और नहीं जी, सब खत्म कर, suicide, marna
        chahta|chahti|hai, jeena nahi|nahin, jaan de du|dunga|dungi, mar jaunga|jaungi|jana, meri maut, khatam kar lunga|lungi,
        phaansi|fansi|rassi, zeher kha*
    """,
    "sv": """
        självmord*, ta livet av|mitt liv, ta mitt liv, vill|orkar inte leva|mer|finnas, orkar inte leva|längre|mer + livet|leva|finnas,
        vill dö|försvinna, avsluta allt|mitt liv|livet, göra slut på allt, hänga mig, hoppa från|framför, framför tåget, utan mig +
        bättre, skada mig själv, skär mig, inte vakna, tabletter* + tagit|ligger|samlat|räcker, finns jag inte
    """,
    "da": """
        selvmord*, tage mit|livet eget|liv|af, tage livet af, vil|orker ikke leve|mere|være, orker ikke|ikke mere, gider ikke leve, vil
        dø|gerne dø|forsvinde, gøre en ende, hænge mig, springe ud|foran, foran toget, uden mig + bedre, skade mig selv, cutter, vågne op
        igen|mere, piller* + taget|ligger|samlet|nok, er jeg her ikke|væk
    """,
    "no": """
        selvmord*, ta livet av|mitt, ta mitt eget, vil|orker ikke leve|mer|være, orker ikke mer|lenger, vil dø|forsvinne, gjøre slutt på,
        gjøre en ende, henge meg, hoppe fra|foran, foran toget, uten meg + bedre, skade meg selv, kutte meg, våkne igjen|opp|mer, piller*
        + tatt|ligger|samlet|nok, er jeg ikke her|borte
    """,
    "fi": """
        itsemur*, tapan itseni, tappaa itseni|itsensä, haluan|tahdon kuolla|pois, en halua|jaksa|tahdo elää|enää|jatkaa, en jaksa
        enää|elää, elämäni päätt*|päättää päiväni|henkeni, lopetan kaiken|päiväni|elämäni, hypätä|hyppään sillalta|katolta|alle, junan
        alle, hirttä* itse*, ilman minua + parempi|helpompi, viillän|viiltelen, herätä + en|halua, pillerit|tabletit +
        otan|pöydällä|nielen, ei ole enää minua, minua ei enää
    """,
    "cs": """
        sebevražd*|sebevrah*, zabiju se|zabít se, se zabiju|zabít, vzít si život, vezmu si život, skoncovat|skončit se vším|životem|sebou,
        skoncuju|skoncuj*, nechci|nechce už|se|mi žít, už nechci být|žít, chci umřít|zemřít, nemám sílu|síly|už, nemá cenu žít,
        oběsit|oběsím, skočím|skočit z|pod mostu|vlak|okna|střechy, pod vlak, beze mě + lépe|líp, ublížit si, řežu se, prášky +
        stole|vezmu|spolykám|připraven*, už tu nebudu
    """,
    "ro": """
        sinucid*|sinucidere, mă omor|sinucid|arunc|spânzur, să mor|dispar + vreau|vrea|prefer, îmi iau|pun viața|capăt, capăt
        zilelor|vieții, nu mai vreau să trăiesc|să fiu|trăiesc, nu mai pot|suport + trăi|viața|putere|nimeni, nici putere, nu mai am
        putere|pentru ce|pe nimeni, arunc + pod|tren|bloc|geam, fără mine + bine, mă tai, pastilele|pastile + masă|iau|înghit|pregătit*,
        adio, nu mai sunt|fiu mâine|aici
    """,
    "hu": """
        öngyilkos*, megölöm|megölni magam|magamat, végzek|végezni magammal, véget vetek|vetni, nem akarok|akarom|bírom
        élni|tovább|már|felébred*, meg akarok halni|akarok halni, nincs erőm|kedvem|értelme élni|tovább|már, nélkülem + jobb|könnyebb,
        felakasztom|felkötöm magam, leugrok|leugrom|ugrom, vonat elé, gyógyszerek + bevesz*|asztal*|készít*, nem leszek + holnap|már,
        búcsú*, vagdosom
    """,
    "ru": """
        самоубийств*|суицид*, покончить|покончу с собой|собою|жизнью|этим, убить|убью себя, не хочу|хочется|могу больше|жить|просыпаться,
        не хочу жить, жить .. не хочется, хочу|лучше умереть|сдохнуть|исчезнуть, нет сил|смысла жить|больше|уже, сил больше нет, без меня
        + лучше|легче, повеш*|повеситься, прыгну|прыгнуть|спрыгну + моста|крыши|окна|балкон*, под поезд, вскрыть|вскрою вены, режу себя,
        таблетки + выпью|столе|напьюсь|лежат|наглота*, меня не будет|станет, прощайте
    """,
    "uk": """
        самогубств*|суїцид*, покінчити|покінчу з собою|життям|цим, вбити|вб'ю|уб'ю себе, не хочу|можу більше|жити|прокидат*, не хочу жити,
        жити не хочеться, хочу померти|зникнути, немає|нема сил|сенсу жити|більше|вже, сил .. немає|нема, без мене + краще|легше,
        повіш*|повіситися, стрибну|стрибнути + мосту|даху|вікна, під потяг|поїзд, ріжу себе, таблетки + вип'ю|столі|лежать|наковта*, мене
        не буде|стане, прощавайте
    """,
    "el": """
        αυτοκτον*|αυτοκτόν*, να|θα σκοτωθώ|αυτοκτονήσω|πεθάνω, θέλω να πεθάνω, δεν θέλω|αντέχω να ζ|ζω|άλλο|ζήσω|πια, δεν θέλω ..
        ζω|ζήσω|ξυπνήσω, δεν αντέχω άλλο|πια, τέλος στη ζωή|ζωή, δώσω τέλος, κόψω τις φλέβες, πέσω από|πηδήξω|πηδήσω +
        γέφυρα|μπαλκόνι|ταράτσα, χωρίς εμένα + καλύτερα, χάπια + τραπέζι|πάρω|κατάπια, δεν θα υπάρχω|είμαι εδώ, αντίο + για
        πάντα|κόσμε|όλους
    """,
    "id": """
        bunuh diri, akhiri hidup|semuanya, mengakhiri hidup, ingin|pengen|pingin mati|mengakhiri, gak|nggak|tidak mau|sanggup|kuat|ingin
        hidup|lagi, tidak ingin|kuat hidup|lagi, gantung diri, loncat|lompat dari, menyakiti diri, tanpa saya + lebih baik, menyerah +
        hidup, obat* + sudah|minum|semua + mati, selamat tinggal + dunia|semua, sayat tangan|nadi
    """,
    "vi": """
        tự tử|tự sát|tự vẫn, muốn|chỉ chết|muốn chết, không muốn|còn|thiết sống|sống nữa|thiết, không muốn sống, chán sống, kết thúc cuộc
        đời|tất cả|cuộc sống, kết liễu, nhảy cầu|lầu, treo cổ, rạch tay|cắt cổ tay, làm hại bản thân, không có tôi|mình + tốt hơn, thuốc
        ngủ + uống|vỉ|mua, vĩnh biệt
    """,
    "af": """
        selfmoord*, my|myself lewe neem|neem, einde aan my lewe|alles, wil nie meer|langer lewe|leef|hier, wil doodgaan|dood, nie meer
        krag, kan nie meer + lewe|aan|nie, hang myself|my op, sonder my + beter, pille + drink|gereed|tafel, seermaak + myself
    """,
    "ko": """
        자살, 죽고 싶, 죽고싶, 살고 싶지 않, 살기 싫, 살기싫, 살아갈 힘, 살아갈 이유, 더 이상 못 살, 더는 못 살, 못 살겠+죽, 극단적 선택,
        극단적인 선택, 목숨을 끊, 생을 마감, 뛰어내리, 뛰어내릴, 목을 매, 자해, 유서, 손목을 그, 사라지고 싶, 없어지고 싶, 죽어버리, 죽는
        게 나, 죽는게 나, 눈 뜨고 싶지, 번개탄
    """,
    "he": """
        התאבד, להתאבד, אתאבד, לשים קץ, לסיים את החיים, לסיים את הכול, לסיים הכל, לא רוצה לחיות, אין לי כוח לחיות, אין לי כח לחיות, אין טעם
        לחיות, רוצה למות, רוצה להיעלם, להרוג את עצמי, לפגוע בעצמי, לקפוץ מה, לתלות את עצמי, לחתוך את עצמי, בלעדיי+טוב, לא אהיה כאן, לא
        אהיה פה, אין לי כבר כוח, אין לי יותר כוח, לא רוצה לקום, כדורים+לבלוע, כדורים+מוכנים
    """,
    "th": """
        ฆ่าตัวตาย, อยากตาย, ไม่อยากอยู่แล้ว, ไม่อยากมีชีวิต, ไม่อยากตื่น, จบชีวิต, ปลิดชีวิต, โดดตึก, กระโดดตึก, ผูกคอ, กรีดแขน,
        กรีดข้อมือ, ทำร้ายตัวเอง, อยากหายไป, ไม่มีฉัน+ดีกว่า, ลาก่อน+หนี้, ลาโลก, กินยาตาย, ไม่ไหวแล้ว+ตาย, หมดแรงจะอยู่
    """,
}
"""Somebody may harm themselves."""
